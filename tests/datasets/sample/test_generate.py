import hashlib
import json
from pathlib import Path

import pytest

from vitpose_plus.datasets.sample import (
    ClipSizes,
    SampleConfig,
    SplitSizes,
    ThreeSplitSizes,
    ViewSizes,
    generate,
    generate_sample,
)
from vitpose_plus.errors import ConfigurationError

ONE = SplitSizes(train=1, val=1)
SMALL = {
    "coco": SplitSizes(train=3, val=1),
    "aic": ONE,
    "mpii": ONE,
    "ap10k": ONE,
    "apt36k": ClipSizes(clips=1, frames=2),
    "coco_wholebody": ONE,
}
OTHERS = {
    "ochuman": 1,
    "crowdpose": ThreeSplitSizes(train=1, val=1, test=1),
    "interhand": ViewSizes(train=2, val=1, test=1, cameras=2),
}


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file, MATLAB's headers with the time of writing left out."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        content = path.read_bytes()[128 if path.suffix == ".mat" else 0 :]
        found[str(path.relative_to(folder))] = hashlib.sha256(content).hexdigest()
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "raw"
    generate_sample(SampleConfig(seed=1, **SMALL), folder, workers=1, progress=False)
    return folder


def test_two_processes_write_the_same_bytes_as_one(tmp_path: Path):
    config = SampleConfig(seed=1, **SMALL, **OTHERS)
    generate_sample(config, tmp_path / "one", workers=1, progress=False)
    generate_sample(config, tmp_path / "two", workers=2, progress=False)
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_the_bytes_of_a_set_do_not_depend_on_the_other_sets(small: Path, tmp_path: Path):
    config = SampleConfig(seed=1, **SMALL, **OTHERS)
    generate_sample(config, tmp_path / "raw", workers=1, progress=False)
    without, together = digests(small), digests(tmp_path / "raw")
    assert {name.split("/")[0] for name in together.keys() - without.keys()} == OTHERS.keys()
    assert all(together[name] == without[name] for name in without if name != generate.STAMP)


def test_a_set_that_is_left_out_has_no_folder_and_is_not_in_the_stamp(small: Path):
    # So the samples of before there was such a set stay current.
    stamp = json.loads((small / generate.STAMP).read_text())
    assert set(stamp["config"]) == {"seed", *SMALL}
    assert {path.name for path in small.iterdir() if path.is_dir()} == set(SMALL)


def test_another_seed_gives_other_pictures(small: Path, tmp_path: Path):
    generate_sample(SampleConfig(seed=2, **SMALL), tmp_path / "raw", workers=1, progress=False)
    one, other = digests(small), digests(tmp_path / "raw")
    pictures = {name for name in one if name.endswith(".jpg")}
    assert pictures <= other.keys()
    assert all(one[name] != other[name] for name in pictures)


def test_no_picture_of_a_data_set_comes_twice(sample: Path):
    pictures = [digest for name, digest in digests(sample).items() if name.endswith(".jpg")]
    assert len(set(pictures)) == len(pictures)


def test_a_sample_that_is_there_is_not_painted_again(small: Path):
    before = {p: p.stat().st_mtime_ns for p in small.rglob("*")}
    generate_sample(SampleConfig(seed=1, **SMALL), small, workers=1, progress=False)
    assert {p: p.stat().st_mtime_ns for p in small.rglob("*")} == before


def test_another_sample_in_the_folder_is_replaced(tmp_path: Path):
    folder = tmp_path / "raw"
    generate_sample(SampleConfig(seed=1, **SMALL), folder, workers=1, progress=False)
    larger = SMALL | {"aic": SplitSizes(train=2, val=1)}
    generate_sample(SampleConfig(seed=1, **larger), folder, workers=1, progress=False)
    assert len(list((folder / "aic/keypoint_train_images_20170902").iterdir())) == 2
    assert [p.name for p in tmp_path.iterdir()] == ["raw"]


def test_a_foreign_folder_is_an_error_and_stays(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(ConfigurationError, match="is no generated sample"):
        generate_sample(SampleConfig(**SMALL), tmp_path, workers=1, progress=False)
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"


def test_an_interruption_leaves_nothing_half_written(tmp_path: Path, monkeypatch):
    whole = generate.take_shot

    def interrupted(seed: int, folder: Path, shot: generate.Shot):
        if shot.dataset == "mpii":
            raise KeyboardInterrupt
        return whole(seed, folder, shot)

    monkeypatch.setattr(generate, "take_shot", interrupted)
    with pytest.raises(KeyboardInterrupt):
        generate_sample(SampleConfig(**SMALL), tmp_path / "raw", workers=1, progress=False)
    assert list(tmp_path.iterdir()) == []
