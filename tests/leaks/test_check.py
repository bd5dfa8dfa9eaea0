from dataclasses import replace

import pytest

from vitpose_plus.errors import PictureError
from vitpose_plus.leaks import HashedPictures, Leaks, check_leaks, scope, why_stale
from vitpose_plus.leaks.files import read_pairs, read_summary


@pytest.fixture
def splits(make_split):
    training = [make_split("coco", "train", 1, 2, 3), make_split("crowdpose", "train", -3, 4, 0)]
    return training, [make_split("coco", "val", 3, 4, 5)]


@pytest.mark.parametrize("action", ["warn", "drop", "fail"])
def test_leaks_are_told_and_no_error_whatever_the_action(splits, tmp_path, action):
    leakage = check_leaks(*splits, tmp_path / "leaks", Leaks(action=action), progress=False)
    assert (leakage.pairs, leakage.training_pictures, leakage.held_out_pictures) == (3, 3, 2)
    assert len(read_pairs(tmp_path / "leaks")) == 3
    assert (tmp_path / "leaks/index.html").is_file()


def test_where_nothing_leaks_the_page_says_so(make_split, tmp_path):
    splits = [make_split("coco", "train", 1)], [make_split("coco", "val", 2)]
    assert check_leaks(*splits, tmp_path / "leaks", Leaks(), progress=False).pairs == 0
    assert "No leaks found" in (tmp_path / "leaks/index.html").read_text()


def test_the_summary_reads_back_and_counts_by_splits(splits, tmp_path):
    leakage = check_leaks(*splits, tmp_path / "leaks", Leaks(), progress=False)
    assert read_summary(tmp_path / "leaks") == leakage
    assert [(o.training, o.held_out, o.pairs, o.mirrored) for o in leakage.overlaps] == [
        (("crowdpose", "train"), ("coco", "val"), 2, 1),
        (("coco", "train"), ("coco", "val"), 1, 0),
    ]
    assert [(c.dataset, c.held_out, c.pictures, c.plain) for c in leakage.scope.compared] == [
        ("coco", False, 3, 0),
        ("crowdpose", False, 3, 1),
        ("coco", True, 3, 0),
    ]


def test_every_copy_counts_though_not_every_pair_is_kept(make_split, tmp_path):
    training, held_out = make_split("coco", "train", 1, 1, 1, 2), make_split("coco", "val", 1, 1)
    leakage = check_leaks([training], [held_out], tmp_path / "leaks", Leaks(), progress=False)
    assert (leakage.training_pictures, leakage.held_out_pictures) == (3, 2)
    assert leakage.pairs == 4  # Of 6.


def test_a_skipped_data_set_is_not_compared_in_either_role(splits, tmp_path):
    rule = Leaks(skip=("crowdpose", "absent"))
    leakage = check_leaks(*splits, tmp_path / "leaks", rule, progress=False)
    assert leakage.scope.not_compared == ("crowdpose",)
    assert {split.dataset for split in leakage.scope.compared} == {"coco"}
    assert leakage.pairs == 1
    rule = Leaks(skip=("coco",))
    leakage = check_leaks(*splits, tmp_path / "leaks", rule, progress=False)
    assert {split.dataset for split in leakage.scope.compared} == {"crowdpose"}
    assert leakage.pairs == 0


def test_what_is_skipped_cannot_be_protected():
    with pytest.raises(ValueError, match="coco: skip and protect name it"):
        Leaks(skip=("coco", "mpii"), protect=("coco",))


def test_a_failed_page_leaves_the_former_check(splits, tmp_path):
    check_leaks(*splits, tmp_path / "leaks", Leaks(), progress=False)
    before = sorted(path.read_bytes() for path in (tmp_path / "leaks").iterdir())
    (splits[1][0].folder / "coco-3.jpg").unlink()
    with pytest.raises(PictureError, match=r"coco-3\.jpg cannot be shown"):
        check_leaks(*splits, tmp_path / "leaks", Leaks(distance=30), progress=False)
    assert sorted(path.read_bytes() for path in (tmp_path / "leaks").iterdir()) == before


def test_a_second_check_writes_the_same_bytes(splits, tmp_path):
    written = []
    for name in ("one", "two"):
        check_leaks(*splits, tmp_path / name, Leaks(), progress=False)
        written.append({p.name: p.read_bytes() for p in (tmp_path / name).iterdir()})
    assert written[0] == written[1]


@pytest.fixture
def report(splits, tmp_path):
    check_leaks(*splits, tmp_path / "leaks", Leaks(), progress=False)
    return tmp_path / "leaks"


def test_an_unchanged_report_is_fresh_whatever_the_order_and_the_action(splits, report):
    training, held_out = splits
    assert why_stale(report, training, held_out, Leaks()) is None
    rule = Leaks(action="fail", protect=("coco",))
    assert why_stale(report, training[::-1], held_out, rule) is None


def changed(split: HashedPictures, part: str) -> HashedPictures:
    values = getattr(split, part).copy()
    values[0] = "other.jpg" if part == "names" else values[0] ^ 1
    return replace(split, **{part: values})


@pytest.mark.parametrize("part", ["names", "hashes"])
def test_changed_pictures_make_a_report_stale(splits, report, part):
    training, held_out = splits
    why = why_stale(report, training, [changed(held_out[0], part)], Leaks())
    assert "coco val, scored on: its pictures have changed" in why
    why = why_stale(report, [training[0], changed(training[1], part)], held_out, Leaks())
    assert "crowdpose train, trained on: its pictures have changed" in why


def test_more_or_fewer_splits_make_a_report_stale(splits, report, make_split):
    training, held_out = splits
    more = [*held_out, make_split("mpii", "val", 7)]
    assert "mpii val, scored on: not compared in it" in why_stale(report, training, more, Leaks())
    why = why_stale(report, training[:1], held_out, Leaks())
    assert "crowdpose train, trained on: compared in it" in why


def test_another_role_makes_a_report_stale(splits, report):
    training, held_out = splits
    assert why_stale(report, training[:1], [*held_out, training[1]], Leaks()) is not None


def test_another_rule_makes_a_report_stale(splits, report):
    assert "40 bits were allowed to differ, not 39" in why_stale(
        report, *splits, Leaks(distance=39)
    )
    assert "crowdpose" in why_stale(report, *splits, Leaks(skip=("crowdpose",)))


def test_another_set_that_is_skipped_makes_a_report_stale(splits, report, make_split):
    training, held_out = splits
    more = [*training, make_split("room", "train", 8)]
    assert "skipped" in why_stale(report, more, held_out, Leaks(skip=("room",)))


def test_other_hashes_make_a_report_stale(splits, report, monkeypatch):
    monkeypatch.setattr(scope, "HASH_VERSION", "phash-16-2")
    assert "not phash-16-2" in why_stale(report, *splits, Leaks())


@pytest.mark.parametrize("name", ["summary.json", "leaks.parquet", "index.html"])
def test_a_report_without_a_file_is_stale(splits, report, name):
    (report / name).unlink()
    assert f"{name}: no such file" in why_stale(report, *splits, Leaks())


def test_another_versions_report_is_stale(splits, report):
    (report / "summary.json").write_text('{"pairs": 0}')
    assert "not a leak check of this version" in why_stale(report, *splits, Leaks())
