"""A page of this room: what all of them explain, and writing it."""

from pathlib import Path
from typing import Any

from vitpose_plus.evaluation.significance import LEVEL
from vitpose_plus.evaluation.taxonomy import GOOD, KINDS, NEAR
from vitpose_plus.pages import PAGE_NAME, render
from vitpose_plus.replacement import replacing


def write_page(folder: Path, template: str, **content: Any) -> Path:
    """Render a template into `index.html`, which stands alone, in a folder that is replaced.

    Args:
        folder: of the page.
        template: one of this room's.
        content: what it shows, beside the kinds of mistakes and the intervals' level.

    Returns:
        The page.
    """
    explained = {"kinds": KINDS, "good": GOOD, "near": NEAR, "level": LEVEL}
    text = render("evaluation_pages", template, **explained, **content)
    with replacing(folder) as part:
        (part / PAGE_NAME).write_text(text, encoding="utf-8")
    return folder / PAGE_NAME
