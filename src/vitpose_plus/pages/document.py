"""A page from a room's template."""

from pathlib import Path
from typing import Any

ROOMS = Path(__file__).parents[1]
SHARED = Path(__file__).parent / "templates"
PAGE_NAME = "index.html"
"""Of a page in a folder of its own."""


def render(room: str, template: str, **content: Any) -> str:
    """Fill in a template; what it writes is escaped, and a name it lacks is an error.

    Args:
        room: the package under `vitpose_plus` whose `templates` folder has it.
        template: its file name; it may extend `page.html.j2`, the frame of all pages.
        content: what it refers to by name.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader([ROOMS / room / "templates", SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["count"] = lambda number: f"{number:,}"
    return environment.get_template(template).render(**content)
