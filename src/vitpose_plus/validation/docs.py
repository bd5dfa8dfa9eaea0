"""Data Docs: pages of one data set's expectations and results, drawn by Great Expectations.

Its own page loads its style and its scripts from seven servers and is bare without them; these
pages keep its tables in a frame of ours that needs nothing from outside.
"""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vitpose_plus.replacement import replacing
from vitpose_plus.validation.asking import Answer
from vitpose_plus.validation.judge import Verdict
from vitpose_plus.validation.quiet import quiet_great_expectations
from vitpose_plus.validation.records import record_of

PAGES = Path(__file__).parent / "pages"
INDEX = "index.html"
HEADINGS = {
    "records": "Records",
    "keypoints": "Keypoints of the split",
    "counts": "Published counts",
}
"""Frames of facts to the headings of their expectations."""
NO_EXCEPTION = {
    "raised_exception": False,
    "exception_message": None,
    "exception_traceback": None,
}


def write_data_docs(verdicts: Sequence[Verdict], folder: Path) -> Path:
    """Replace `folder` by the pages of one data set: an index and a page a split.

    Args:
        verdicts: of one data set, a split each.
        folder: all of it is replaced.

    Returns:
        The index, to open.
    """
    with quiet_great_expectations(), replacing(folder) as part:
        from great_expectations.render.view import DefaultJinjaPageView

        view = DefaultJinjaPageView(custom_views_directory=str(PAGES))
        for verdict in verdicts:
            page = view.render(_document(verdict), template="split.html", **_about(verdict))
            (part / page_name(verdict)).write_text(page, encoding="utf-8")
        index = view.env.get_template(INDEX).render(splits=[_about(v) for v in verdicts])
        (part / INDEX).write_text(index, encoding="utf-8")
    return folder / INDEX


def page_name(verdict: Verdict) -> str:
    """The file name of a split's page."""
    return f"split_{verdict.subject.split}.html"


def _about(verdict: Verdict) -> dict[str, Any]:
    """What the frame of a page says of a split."""
    return {
        "subject": verdict.subject,
        "record": record_of(verdict),
        "breaches": verdict.findings.errors + verdict.findings.warnings,
        "published": _published(verdict),
        "page": page_name(verdict),
    }


def _published(verdict: Verdict) -> str:
    answers = _of(verdict, "counts")
    if not answers:
        return "not known"
    return "yes" if all(answer.success for answer in answers) else "no"


def _document(verdict: Verdict) -> Any:
    """A `RenderedDocumentContent` of a table a frame of facts, what is broken first."""
    from great_expectations.render import RenderedDocumentContent, RenderedSectionContent
    from great_expectations.render.renderer.content_block import (
        ValidationResultsTableContentBlockRenderer as TableRenderer,
    )

    sections = []
    for frame, heading in HEADINGS.items():
        answers = sorted(_of(verdict, frame), key=lambda answer: answer.success)
        if answers:
            table: Any = TableRenderer.render([_result(verdict, answer) for answer in answers])
            table.header_row += ["Level", "Name"]
            for row, answer in zip(table.table, answers, strict=True):
                level = verdict.subject.level(answer.reason)
                row += [f'<span class="{level}">{level}</span>', answer.reason]
            sections.append(RenderedSectionContent(section_name=heading, content_blocks=[table]))
    return RenderedDocumentContent(sections=sections)


def _of(verdict: Verdict, frame: str) -> list[Answer]:
    return [answer for answer in verdict.answers if answer.frame == frame]


def _result(verdict: Verdict, answer: Answer) -> Any:
    """The answer as Great Expectations' own result, with the examples for unexpected values."""
    from great_expectations.core import ExpectationValidationResult

    return ExpectationValidationResult(
        success=answer.success,
        expectation_config=answer.config,
        result=_counts(answer) | _examples(verdict, answer),
        exception_info=NO_EXCEPTION,
        meta={},
    )


def _counts(answer: Answer) -> dict[str, Any]:
    if not answer.evaluated:
        return {"observed_value": answer.observed}
    return {
        "element_count": answer.evaluated,
        "unexpected_count": len(answer.rows),
        "unexpected_percent": 100 * len(answer.rows) / answer.evaluated,
    }


def _examples(verdict: Verdict, answer: Answer) -> dict[str, Any]:
    breach = None if answer.success else verdict.breach(answer.reason)
    if breach is None or not answer.evaluated:
        return {}
    # Its templates take cells for HTML; file names come from outside.
    lines = [html.escape(f"{found.source}: {found.value}") for found in breach.examples]
    return {"partial_unexpected_list": lines}
