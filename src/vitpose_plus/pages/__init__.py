"""What our HTML pages share: one file each, no network, light and dark."""

from vitpose_plus.pages.document import PAGE_NAME, render
from vitpose_plus.pages.thumbnails import embedded, thumbnail

__all__ = ["PAGE_NAME", "embedded", "render", "thumbnail"]
