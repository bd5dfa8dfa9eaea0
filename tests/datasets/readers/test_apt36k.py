import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.datasets.readers.apt36k import path_below, read_apt36k, unit_hash
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.errors import AnnotationError
from vitpose_plus.skeletons import Skeleton

Write = Callable[..., SplitSource]
RECORDED = "D:\\Animal_pose\\AP-36k-patr1\\10gorilla\\v11C1\\frame1.jpg"


@pytest.fixture
def clips(coco_content: dict[str, Any]) -> dict[str, Any]:
    """40 clips of two frames, one animal each."""
    (annotation,) = coco_content["annotations"]
    frames = [(video, frame) for video in range(40) for frame in (1, 2)]
    coco_content["images"] = [
        {
            "id": i,
            "file_name": f"D:\\x\\1dog\\v{video}C1\\frame{frame}.jpg",
            "width": 100,
            "height": 80,
            "video_id": video,
        }
        for i, (video, frame) in enumerate(frames)
    ]
    coco_content["annotations"] = [
        annotation | {"id": i, "image_id": i, "track_id": 3, "video_id": video}
        for i, (video, _) in enumerate(frames)
    ]
    return coco_content


def touch(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.mark.parametrize("kept", ["10gorilla/v11C1", "AP-36k-patr1/10gorilla/v11C1"])
def test_a_windows_path_is_found_below_the_pictures(tmp_path: Path, kept: str) -> None:
    touch(tmp_path / kept / "frame1.jpg")
    assert path_below(tmp_path)(RECORDED) == f"{kept}/frame1.jpg"


def test_names_beyond_ascii_are_found(tmp_path: Path) -> None:
    touch(tmp_path / "3狗/v1C1/frame1.jpg")
    assert path_below(tmp_path)("E:\\数据\\3狗\\v1C1\\frame1.jpg") == "3狗/v1C1/frame1.jpg"


def test_a_missing_frame_keeps_species_clip_and_frame(tmp_path: Path) -> None:
    assert path_below(tmp_path)(RECORDED) == "10gorilla/v11C1/frame1.jpg"


def test_a_clip_of_another_species_is_not_taken(tmp_path: Path) -> None:
    touch(tmp_path / "v11C1/frame1.jpg")
    assert path_below(tmp_path)(RECORDED) == "10gorilla/v11C1/frame1.jpg"


def test_every_video_falls_on_one_side_and_none_is_lost(
    clips: dict[str, Any], split: Write, three: Skeleton
) -> None:
    sides = [
        read_apt36k(split(clips, video_share=share), three).instances
        for share in ((0.0, 0.7), (0.7, 1.0))
    ]
    train, val = ({i.video_id for i in side} for side in sides)
    assert train and val and not train & val
    assert len(train | val) == 40
    assert len(sides[0]) + len(sides[1]) == 80


def test_a_videos_share_follows_its_hash(
    clips: dict[str, Any], split: Write, three: Skeleton
) -> None:
    found = {i.video_id for i in read_apt36k(split(clips, video_share=(0.2, 0.6)), three).instances}
    expected = {
        str(v)
        for v in range(40)
        if 0.2 <= int(hashlib.sha256(str(v).encode()).hexdigest()[:8], 16) / 2**32 < 0.6
    }
    assert found == expected


def test_every_frame_falls_on_one_side_and_videos_stand_on_both(
    clips: dict[str, Any], split: Write, three: Skeleton
) -> None:
    sides = [
        read_apt36k(split(clips, frame_share=share), three).instances
        for share in ((0.0, 0.5), (0.5, 1.0))
    ]
    frames = [{i.image_id for i in side} for side in sides]
    videos = [{i.video_id for i in side} for side in sides]
    assert not frames[0] & frames[1]
    assert len(frames[0] | frames[1]) == 80
    assert len(videos[0] & videos[1]) > 10


def test_frames_are_shared_out_among_the_videos_of_the_split(
    clips: dict[str, Any], split: Write, three: Skeleton
) -> None:
    by_video, by_frame = {"video_share": (0.0, 0.7)}, {"frame_share": (0.5, 1.0)}
    ids = [
        {i.image_id for i in read_apt36k(split(clips, **shares), three).instances}
        for shares in (by_video, by_frame, by_video | by_frame)
    ]
    assert ids[2] == ids[0] & ids[1]
    assert ids[2]


@given(st.text())
def test_a_hash_lies_in_the_unit_interval(video: str) -> None:
    assert 0 <= unit_hash(video) < 1


def test_tracks_and_videos_reach_the_rows(
    clips: dict[str, Any], split: Write, three: Skeleton
) -> None:
    instance = read_apt36k(split(clips), three).instances[2]
    assert (instance.video_id, instance.track_id) == ("1", "3")
    assert instance.file_name == "1dog/v1C1/frame1.jpg"


def test_a_record_without_a_video_is_an_error(
    clips: dict[str, Any], split: Write, three: Skeleton
) -> None:
    del clips["images"][4]["video_id"], clips["annotations"][4]["video_id"]
    with pytest.raises(AnnotationError, match="annotation 4: neither it nor its image"):
        read_apt36k(split(clips), three)


def test_a_video_id_that_is_no_unicode_is_told(
    coco_content: dict[str, Any], split: Write, three: Skeleton
) -> None:
    coco_content["images"][0]["video_id"] = "\ud800"
    with pytest.raises(AnnotationError, match=r"people.json, annotation 31: "):
        read_apt36k(split(coco_content), three)
