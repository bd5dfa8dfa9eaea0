import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from vitpose_plus.datasets.source import Published
from vitpose_plus.datasets.table import Instance
from vitpose_plus.validation import Verdict
from vitpose_plus.validation.docs import write_data_docs

Person = Callable[..., Instance]
Judge = Callable[..., Verdict]


class Text(HTMLParser):
    """A page's words, as a reader sees them, and its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()

    def __str__(self) -> str:
        return " ".join(self.words)


@pytest.fixture
def verdicts(person: Person, judge: Judge) -> list[Verdict]:
    """A split with a flaw of each kind, a source that is a tag, and a split without flaws."""
    people = [
        person(0),
        person(1, area=0.0),
        person(2, area=5000.0),
        person(3, file_name="gone.jpg", source="<img src=x onerror=alert(1)>.json"),
    ]
    flawed = judge(people, split="s", published=Published(images=9))
    return [flawed, judge([person(0)])]


def pages(verdicts: list[Verdict], folder: Path) -> dict[str, str]:
    index = write_data_docs(verdicts, folder)
    assert index == folder / "index.html"
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_there_is_an_index_and_a_page_a_split(
    verdicts: list[Verdict], person: Person, judge: Judge, tmp_path: Path
) -> None:
    found = pages([verdicts[0], judge([person(0)], split="val")], tmp_path / "docs")
    assert set(found) == {"index.html", "split_s.html", "split_val.html"}
    assert 'href="split_val.html"' in found["index.html"]
    assert 'href="index.html"' in found["split_s.html"]


def test_pages_need_nothing_from_outside(verdicts: list[Verdict], tmp_path: Path) -> None:
    for page in pages(verdicts[:1], tmp_path / "docs").values():
        assert not re.findall(r"https?:|//\w+\.|url\(|@import", page)
        assert not Text(page).tags & {"script", "link", "img", "iframe"}


def test_a_split_page_shows_what_is_broken_first_and_by_its_records(
    verdicts: list[Verdict], tmp_path: Path
) -> None:
    page = pages(verdicts[:1], tmp_path / "docs")["split_s.html"]
    text = str(Text(page))
    assert "f.json, annotation 1: area 0" in text
    assert "f.json, annotation 2: area 5000, bbox [1, 2, 30, 20]" in text
    assert "1 unexpected values found. 25% of 4 total rows." in text
    assert "The files hold as many pictures as published: 9 4 error" in text
    assert text.index("An instance's area is not") < text.index("Boxes are finite numbers")
    # Great Expectations logs what it cannot draw, and leaves the place empty.
    assert "unexpected Exception" not in text


def test_every_expectation_has_its_row(verdicts: list[Verdict], tmp_path: Path) -> None:
    page = pages(verdicts[:1], tmp_path / "docs")["split_s.html"]
    for answer in verdicts[0].answers:
        assert answer.config.description in str(Text(page))
    icons = re.findall(r'class="fas [\w-]+ text-(success|danger)"', page)
    assert icons.count("success") == sum(answer.success for answer in verdicts[0].answers)


def test_names_from_annotation_files_are_text(verdicts: list[Verdict], tmp_path: Path) -> None:
    for page in pages(verdicts[:1], tmp_path / "docs").values():
        assert "img" not in Text(page).tags
        assert "<img src=x onerror=alert(1)>.json: the picture was never looked for" in str(
            Text(page)
        )


def test_a_page_says_that_everything_holds(verdicts: list[Verdict], tmp_path: Path) -> None:
    found = pages(verdicts[1:], tmp_path / "docs")
    assert "Every expectation holds." in found["index.html"]
    assert "text-danger" not in found["split_s.html"].split("</style>")[1]


def test_drawing_is_silent_and_replaces_what_was_there(
    verdicts: list[Verdict], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "split_gone.html").write_text("old")
    first = pages(verdicts[:1], folder)
    assert "split_gone.html" not in first
    assert pages(verdicts[:1], folder) == first
    assert capfd.readouterr() == ("", "")
