import pytest

from vitpose_plus.data_pages import write_data_page, write_overview
from vitpose_plus.errors import AnnotationError


def test_every_data_set_has_a_row_that_leads_to_its_page(make_tables, tmp_path):
    tables = [make_tables("coco"), make_tables("ap10k")]
    pages = tmp_path / "pages"
    for one in tables:
        write_data_page(one, pages / one.name)
    (tmp_path / "leaks").mkdir()
    (tmp_path / "leaks/index.html").write_text("…")
    text = write_overview(tables, pages, tmp_path / "leaks").read_text()
    for address in ("coco/index.html", "ap10k/index.html", "../leaks/index.html"):
        assert f'href="{address}"' in text
        assert (pages / address).is_file()
    assert text.index(">coco<") < text.index(">ap10k<")


def test_a_set_without_a_page_is_shown_without_a_link(make_tables, tmp_path):
    text = write_overview([make_tables("coco")], tmp_path / "pages").read_text()
    assert ">coco<" in text
    assert "href" not in text.replace(".set[href]", "")


def test_the_counts_are_summed(make_tables, tmp_path):
    tables = [make_tables("coco"), make_tables("coco", dataset="coco_again")]
    text = write_overview(tables, tmp_path / "pages").read_text()
    assert "<b>12</b><span>pictures</span>" in text
    assert "<b>36</b><span>instances</span>" in text
    assert "<b>32</b><span>with labelled keypoints</span>" in text


def test_without_tables_there_is_no_overview(tmp_path):
    with pytest.raises(AnnotationError, match="Ingest the data set first"):
        write_overview([tmp_path / "nowhere"], tmp_path / "pages")
    assert not (tmp_path / "pages").exists()
