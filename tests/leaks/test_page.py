from html.parser import HTMLParser

from vitpose_plus.leaks import HashedPictures, Leaks, check_leaks
from vitpose_plus.leaks import page as page_module


class Addresses(HTMLParser):
    """What a page refers to."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in {"src", "href"}]


def write(training, held_out, folder, rule: Leaks = Leaks()) -> str:  # noqa: B008
    check_leaks(training, held_out, folder / "leaks", rule, progress=False)
    return (folder / "leaks/index.html").read_text()


def test_the_pairs_are_embedded_and_nothing_is_fetched(make_split, tmp_path):
    text = write([make_split("coco", "train", 1, 2)], [make_split("coco", "val", 2, -1)], tmp_path)
    addresses = Addresses(text).found
    assert sum(address.startswith("data:image/jpeg;base64,") for address in addresses) == 4
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert "coco--1.jpg" in text
    assert ", mirrored" in text


def test_every_two_splits_get_their_share_of_the_page(make_split, tmp_path, monkeypatch):
    monkeypatch.setattr(page_module, "SHOWN", 4)
    many, few = make_split("coco", "train", 1, 2, 3, 4, 5), make_split("mpii", "train", 6)
    text = write([many, few], [make_split("coco", "val", 1, 2, 3, 4, 5, 6)], tmp_path)
    assert text.count('class="card pair"') == 3
    assert "5 pairs, 2 shown" in text
    assert "mpii-6.jpg" in text


def test_names_are_escaped(make_split, tmp_path):
    split = make_split("coco", "train", 1)
    odd = "<b>&.jpg"
    (split.folder / "coco-1.jpg").rename(split.folder / odd)
    renamed = HashedPictures("coco", "train", split.folder, split.names.copy(), split.hashes)
    renamed.names[0] = odd
    text = write([renamed], [make_split("coco", "val", 1)], tmp_path)
    assert "&lt;b&gt;&amp;.jpg" in text
    assert odd not in text


def test_a_skipped_data_set_is_said_not_to_be_compared(make_split, tmp_path):
    splits = [make_split("room", "train", 1)], [make_split("coco", "val", 1)]
    text = write(*splits, tmp_path, Leaks(skip=("room",)))
    assert '<td>room</td><td colspan="4">not compared: data.leaks.skip names it</td>' in text
    assert "No leaks found" in text


def test_the_page_says_what_a_pair_is(make_split, tmp_path):
    text = write([make_split("coco", "train", 1)], [make_split("coco", "val", 1)], tmp_path)
    assert "its nearest in each split of the other side" in text
