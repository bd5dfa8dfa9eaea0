import pytest

from vitpose_plus.errors import ConfigurationError, PictureError, ValidationError
from vitpose_plus.leaks import Leaks, check_leaks, excluded_pictures
from vitpose_plus.leaks.files import read_summary


@pytest.fixture
def splits(make_split):
    training = [make_split("coco", "train", 1, 2, 3), make_split("crowdpose", "train", -3, 4, 0)]
    return training, [make_split("coco", "val", 3, 4, 5)]


def test_a_warning_leaves_nothing_out(splits, tmp_path):
    leakage = check_leaks(*splits, tmp_path / "leaks", Leaks(action="warn"), progress=False)
    assert (leakage.pairs, leakage.training_pictures, leakage.held_out_pictures) == (3, 3, 2)
    assert excluded_pictures(tmp_path / "leaks") == {}


def test_dropping_names_the_training_pictures(splits, tmp_path):
    check_leaks(*splits, tmp_path / "leaks", Leaks(action="drop"), progress=False)
    assert excluded_pictures(tmp_path / "leaks") == {
        ("coco", "train"): {"coco-3.jpg"},
        ("crowdpose", "train"): {"crowdpose--3.jpg", "crowdpose-4.jpg"},
    }


def test_failing_names_pairs_and_leaves_the_page(splits, tmp_path):
    with pytest.raises(ValidationError) as caught:
        check_leaks(*splits, tmp_path / "leaks", Leaks(action="fail"), progress=False)
    message = str(caught.value)
    assert "coco train coco-3.jpg looks like coco val coco-3.jpg (0 bits differ)" in message
    assert "crowdpose train crowdpose--3.jpg looks like coco val coco-3.jpg" in message
    assert "mirrored" in message
    assert "data.leaks.action: drop" in message
    assert str(tmp_path / "leaks/index.html") in message
    assert (tmp_path / "leaks/index.html").is_file()


def test_failing_passes_where_nothing_leaks(make_split, tmp_path):
    splits = [make_split("coco", "train", 1)], [make_split("coco", "val", 2)]
    leakage = check_leaks(*splits, tmp_path / "leaks", Leaks(action="fail"), progress=False)
    assert leakage.pairs == 0
    assert "No leaks found" in (tmp_path / "leaks/index.html").read_text()


def test_many_pairs_fit_on_a_screen(make_split, tmp_path):
    seeds = range(1, 41)
    splits = [make_split("coco", "train", *seeds)], [make_split("coco", "val", *seeds)]
    with pytest.raises(ValidationError, match="and 30 more") as caught:
        check_leaks(*splits, tmp_path / "leaks", Leaks(action="fail"), progress=False)
    assert len(str(caught.value).splitlines()) < 20


def test_the_summary_reads_back_and_counts_by_splits(splits, tmp_path):
    leakage = check_leaks(*splits, tmp_path / "leaks", Leaks(), progress=False)
    assert read_summary(tmp_path / "leaks") == leakage
    assert [(o.training, o.held_out, o.pairs, o.mirrored) for o in leakage.overlaps] == [
        (("crowdpose", "train"), ("coco", "val"), 2, 1),
        (("coco", "train"), ("coco", "val"), 1, 0),
    ]
    assert [(c.dataset, c.held_out, c.pictures, c.plain) for c in leakage.compared] == [
        ("coco", False, 3, 0),
        ("crowdpose", False, 3, 1),
        ("coco", True, 3, 0),
    ]


def test_without_a_check_nobody_guesses(tmp_path):
    with pytest.raises(ConfigurationError, match="Run the leak check first"):
        excluded_pictures(tmp_path)


def test_another_versions_summary_is_refused(tmp_path):
    (tmp_path / "summary.json").write_text('{"action": "drop"}')
    with pytest.raises(ConfigurationError, match="run it again"):
        excluded_pictures(tmp_path)


def test_a_failed_page_leaves_the_former_check(splits, tmp_path):
    check_leaks(*splits, tmp_path / "leaks", Leaks(action="drop"), progress=False)
    before = sorted(path.read_bytes() for path in (tmp_path / "leaks").iterdir())
    (splits[1][0].folder / "coco-3.jpg").unlink()
    with pytest.raises(PictureError, match=r"coco-3\.jpg cannot be shown"):
        check_leaks(*splits, tmp_path / "leaks", Leaks(action="warn"), progress=False)
    assert sorted(path.read_bytes() for path in (tmp_path / "leaks").iterdir()) == before
