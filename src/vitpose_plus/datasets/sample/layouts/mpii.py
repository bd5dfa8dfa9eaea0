"""MPII: the MATLAB structure RELEASE, with the irregularities of the official file."""

from dataclasses import asdict
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.layouts.layout import (
    Layout,
    Record,
    Shot,
    split_shots,
    staged,
)
from vitpose_plus.datasets.sample.scene import Instance, Scene, Seen
from vitpose_plus.datasets.sample.stage import Plan
from vitpose_plus.skeletons.coco_wholebody import FACE
from vitpose_plus.skeletons.mpii import MPII as SKELETON

PLAN = Plan(sizes=(0.45, 1.15), counts=(0.6, 0.28, 0.12))
# One picture in forty belongs to the test set, which has no keypoints.
TEST_SHARE = 40
HEAD = (*FACE, "head_top", "left_ear", "right_ear")


def _shots(config: SampleConfig) -> list[Shot]:
    sizes = config.mpii

    def name(_: str, number: int) -> str:
        return f"images/{number * 15_485_863 % 1_000_000_007:09d}.jpg"

    shots = split_shots("mpii", asdict(sizes), name, PLAN)
    tests = range(len(shots) + 1, len(shots) + 2 + len(shots) // TEST_SHARE)
    return shots + [Shot("mpii", "test", n, (name("", n),), PLAN) for n in tests]


def _describe(shot: Shot, scenes: list[Scene], rng: np.random.Generator) -> list[Record]:
    # How `is_visible` is kept changes from picture to picture in the official file.
    style = str(rng.choice(["number", "char", "empty", "absent"], p=[0.4, 0.2, 0.15, 0.25]))
    people = [_person(p, rng, style) for p in scenes[0].instances]
    if shot.split == "test":
        people = [{k: v for k, v in p.items() if k in {"scale", "objpos"}} for p in people]
    return [{"people": people}]


def _person(person: Instance, rng: np.random.Generator, style: str) -> Record:
    """Coordinates count from 1, as MATLAB does. Somebody hardly seen gets a place, no points."""
    xy, seen, _ = person.select(SKELETON.keypoints)
    here = np.flatnonzero(seen != Seen.OUTSIDE)
    whole = xy[here] if len(here) else xy
    scale = person.unit / 200
    x, y = (whole.min(axis=0) + whole.max(axis=0)) / 2 + rng.normal(0, 0.02 * person.unit, 2)
    # Readers move the centre down by 15 x scale: the official one lies a little high.
    place = {
        "scale": round(scale, 4),
        "objpos": {"x": round(x) + 1, "y": round(y - 15 * scale) + 1},
    }
    if not person.clear or len(here) < 4:
        return place
    if style == "absent" and (seen[here] != Seen.VISIBLE).any():
        # Who leaves the flag out says that everything shows.
        style = "number"
    points = [_point(k, xy[k], bool(seen[k] == Seen.VISIBLE), style) for k in rng.permutation(here)]
    head, _, _ = person.select(HEAD)
    (x1, y1), (x2, y2) = head.min(axis=0) + 1, head.max(axis=0) + 1
    rectangle = {"x1": int(x1), "y1": int(y1), "x2": int(x2), "y2": int(y2)}
    return rectangle | {"annopoints": points} | place


def _point(joint: np.integer, xy: np.ndarray, visible: bool, style: str) -> Record:
    point = {"x": int(xy[0]) + 1, "y": int(xy[1]) + 1, "id": int(joint)}
    flag: object = int(visible)
    if style == "absent":
        return point
    if style == "char":
        flag = str(int(visible))
    elif style == "empty" and visible:
        flag = None
    return point | {"is_visible": flag}


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    from scipy.io import savemat

    people = [record[0]["people"] for record in records]
    release = {
        "annolist": _structs([_picture(s, p) for s, p in zip(shots, people, strict=True)]),
        "img_train": np.array([[int(shot.split != "test") for shot in shots]], np.uint8),
        "version": "12",
        "single_person": _cells([_apart(p) for p in people]),
        "act": _structs([_activity(shot) for shot in shots]).T,
        "video_list": _cells(["synthetic"]).T,
    }
    savemat(folder / "mpii_human_pose_v1_u12_1.mat", {"RELEASE": release}, do_compression=True)
    pairs = [
        (i, r)
        for i, (shot, persons) in enumerate(zip(shots, people, strict=True), 1)
        if shot.split == "val"
        for r, person in enumerate(persons, 1)
        if "annopoints" in person
    ]
    columns = np.array(pairs, float).reshape(-1, 2).T
    lists = {"RELEASE_img_index": columns[:1], "RELEASE_person_index": columns[1:]}
    savemat(folder / "detections.mat", lists)


def _picture(shot: Shot, people: list[Record]) -> Record:
    name = _structs([{"name": Path(shot.files[0]).name}])
    rectangles = [_rectangle(person) for person in people]
    return {
        "image": name,
        "annorect": _structs(rectangles) if rectangles else np.empty((0, 0)),
        "frame_sec": np.empty((0, 0)),
        "vidx": np.empty((0, 0)),
    }


def _rectangle(person: Record) -> Record:
    fields = {k: v for k, v in person.items() if k not in {"annopoints", "objpos"}}
    if "annopoints" in person:
        points = [
            {k: np.empty((0, 0)) if v is None else v for k, v in point.items()}
            for point in person["annopoints"]
        ]
        fields["annopoints"] = _structs([{"point": _structs(points)}])
    return fields | {"objpos": _structs([person["objpos"]])}


def _apart(people: list[Record]) -> np.ndarray:
    """[n, 1] numbers, from 1, of the people of a picture who stand alone and are annotated."""
    alone = len(people) == 1
    rows = [[r] for r, person in enumerate(people, 1) if alone and "annopoints" in person]
    return np.array(rows, np.uint8) if rows else np.empty((0, 0))


def _activity(shot: Shot) -> Record:
    return {"act_name": "posing", "cat_name": "miscellaneous", "act_id": 1 + shot.number % 5}


def _structs(records: list[Record]) -> np.ndarray:
    """A 1 x n MATLAB struct; a field that one record lacks is [] there."""
    fields = list(dict.fromkeys(name for record in records for name in record))
    structs = np.empty((1, len(records)), dtype=[(name, object) for name in fields])
    for i, record in enumerate(records):
        for name in fields:
            structs[0, i][name] = record.get(name, np.empty((0, 0)))
    return structs


def _cells(values: list) -> np.ndarray:
    """An n x 1 MATLAB cell array."""
    cells = np.empty((len(values), 1), dtype=object)
    for i, value in enumerate(values):
        cells[i, 0] = value
    return cells


MPII = Layout("mpii", _shots, staged(_describe), _write)
