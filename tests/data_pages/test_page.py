from html.parser import HTMLParser

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vitpose_plus.data_pages import write_data_page
from vitpose_plus.errors import AnnotationError, PictureError


class Page(HTMLParser):
    """What a page refers to, and whether its tags are closed in order."""

    ALONE = frozenset({"meta", "img"})

    def __init__(self, text: str):
        super().__init__()
        self.addresses: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in {"src", "href"}]
        if tag not in self.ALONE:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in {"src", "href"}]

    def handle_endtag(self, tag):
        if tag not in {"p", "li"} or tag in self.open:
            assert self.open.pop() == tag


@pytest.mark.parametrize("name", ["coco", "coco_wholebody", "ap10k"])
def test_a_page_stands_alone_and_is_well_formed(make_tables, tmp_path, name):
    page = write_data_page(make_tables(name), tmp_path / "page")
    assert page == tmp_path / "page/index.html"
    assert [path.name for path in page.parent.iterdir()] == ["index.html"]
    found = Page(page.read_text())
    assert len(found.addresses) == 16
    assert all(address.startswith("data:image/jpeg;base64,") for address in found.addresses)


def test_reasons_examples_and_notes_are_told_and_escaped(make_tables, tmp_path):
    text = write_data_page(make_tables(), tmp_path / "page").read_text()
    for told in ("no such joint", "a.json, record 7", "bbox empty", "areas are estimated"):
        assert told in text
    assert "&lt;b&gt;9&lt;/b&gt;" in text
    assert "<b>9</b>" not in text


def test_the_validations_pages_come_with_the_page(make_tables, tmp_path):
    tables = make_tables()
    docs = tables / "data_docs"
    docs.mkdir(parents=True)
    (docs / "index.html").write_text("…")
    page = write_data_page(tables, tmp_path / "pages/coco")
    moved = page.parent.rename(tmp_path / "elsewhere")
    (address,) = [
        a for a in Page((moved / "index.html").read_text()).addresses if not a.startswith("data:")
    ]
    assert (moved / address).read_text() == "…"


def test_the_same_tables_give_the_same_page(make_tables, tmp_path):
    tables = make_tables()
    first = write_data_page(tables, tmp_path / "page").read_bytes()
    assert write_data_page(tables, tmp_path / "page").read_bytes() == first


def test_a_failure_leaves_the_former_page(make_tables, tmp_path):
    tables = make_tables()
    before = write_data_page(tables, tmp_path / "page").read_bytes()
    (tmp_path / "pictures/val/0.jpg").unlink()
    with pytest.raises(PictureError, match=r"0\.jpg does not exist"):
        write_data_page(tables, tmp_path / "page")
    assert (tmp_path / "page/index.html").read_bytes() == before


def test_a_set_of_single_keypoints_has_a_page_without_a_pose(make_tables, make_table, tmp_path):
    tables = make_tables()
    for split in ("train", "val"):
        rows = make_table(split=split).rows
        single = pa.array([[2] + [0] * 16] * len(rows), pa.list_(pa.uint8()))
        place = rows.schema.get_field_index("visibility")
        pq.write_table(rows.set_column(place, "visibility", single), tables / f"{split}.parquet")
    text = write_data_page(tables, tmp_path / "page").read_text()
    Page(text)
    assert "The typical pose" not in text
    assert "How they are labelled" in text


def test_without_tables_there_is_no_page(tmp_path):
    with pytest.raises(AnnotationError, match="Ingest the data set first"):
        write_data_page(tmp_path / "nowhere", tmp_path / "page")
