"""What our HTML pages share: one file each, no network, light and dark."""

from vitpose_plus.pages.document import render
from vitpose_plus.pages.thumbnails import embedded, thumbnail

__all__ = ["embedded", "render", "thumbnail"]
