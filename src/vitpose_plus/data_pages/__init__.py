"""Pages that show what a data set is: people would rather look."""

from vitpose_plus.data_pages.overview import write_overview
from vitpose_plus.data_pages.page import write_data_page

__all__ = ["write_data_page", "write_overview"]
