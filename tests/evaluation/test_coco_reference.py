"""Files of COCO's own layouts, pycocotools as it comes, and both ways of ours."""

import json
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest

from vitpose_plus.datasets.readers.coco import read_coco
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.datasets.table import build_table
from vitpose_plus.evaluation.oks import FIGURES, evaluate_oks
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]
PICTURES, PEOPLE, POSES = 30, 70, 150


def annotations(rng):
    records = []
    for i in range(PEOPLE):
        v = rng.integers(0, 3, len(COCO)) * (rng.random() < 0.8)
        points = rng.integers(1, 99, (len(COCO), 2)) * (v > 0)[:, None]
        records.append(
            {
                "id": i + 1,
                "image_id": 1 + i * (PICTURES - 5) // PEOPLE,  # The last five are empty.
                "category_id": 1,
                "bbox": [*rng.uniform(0, 9, 2), *rng.uniform(60, 120, 2)],
                "area": float(rng.choice([200, 1024, 5000, 9216, 15000])),
                "iscrowd": int(rng.random() < 0.15),
                "num_keypoints": int((v > 0).sum()),
                "keypoints": np.column_stack([points, v]).ravel().tolist(),
            }
        )
    return records


def detections(rng, people):
    records = []
    for _ in range(POSES):
        one = people[rng.integers(PEOPLE)]
        pose = np.array(one["keypoints"], float).reshape(-1, 3)
        pose[:, :2] += rng.normal(0, 1, (len(COCO), 2)) * rng.choice([0, 2, 6, 30])
        pose[:, 2] = rng.random(len(COCO))
        astray = rng.random() < 0.2
        records.append(
            {
                "image_id": int(rng.integers(1, PICTURES + 1)) if astray else one["image_id"],
                "category_id": 1,
                "keypoints": pose.ravel().tolist(),
                "score": float(rng.integers(1, 20) / 20),
            }
        )
    return records


@pytest.fixture
def files(tmp_path):
    rng = np.random.default_rng(11)
    people = annotations(rng)
    truth = {
        "images": [{"id": i, "file_name": f"{i}.jpg"} for i in range(1, PICTURES + 1)],
        "categories": [{"id": 1, "name": "person", "keypoints": list(COCO.keypoints)}],
        "annotations": people,
    }
    for name, content in (("truth", truth), ("found", detections(rng, people))):
        (tmp_path / f"{name}.json").write_text(json.dumps(content))
    return tmp_path / "truth.json", tmp_path / "found.json"


def by_pycocotools(truth, found):
    from pycocotools.coco import COCO as Annotations
    from pycocotools.cocoeval import COCOeval

    with redirect_stdout(StringIO()):
        reference = Annotations(str(truth))
        judge = COCOeval(reference, reference.loadRes(str(found)), "keypoints")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return dict(zip(FIGURES, judge.stats.tolist(), strict=True))


@pytest.mark.parametrize("backend", ["fast", "pycocotools"])
def test_figures_of_coco_files_are_those_of_pycocotools_as_it_comes(files, backend):
    truth, found = files
    records = json.loads(found.read_text())
    poses = np.array([r["keypoints"] for r in records]).reshape(POSES, -1, 3)
    ids = np.array([str(r["image_id"]) for r in records], object)
    results = Results(ids, poses[..., :2], poses[..., 2], np.array([r["score"] for r in records]))
    source = SplitSource(annotations=truth, images=truth.parent)
    table = build_table("coco", "val", read_coco(source, COCO).instances)
    empty = [str(i) for i in range(1, PICTURES + 1)]
    figures = evaluate_oks(results, COCO, table, pictures=empty, backend=backend)
    expected = by_pycocotools(truth, found)
    assert figures == pytest.approx(expected, abs=1e-9)
    assert all(0.05 < figure < 1 for figure in expected.values())


@pytest.mark.parametrize("backend", ["fast", "pycocotools"])
def test_nothing_found_is_nought(backend, table_of):
    shape = 0, len(COCO)
    nothing = Results(np.zeros(0, object), np.zeros((*shape, 2)), np.zeros(shape), np.zeros(0))
    truth = table_of(np.ones((2, len(COCO), 2)))
    assert evaluate_oks(nothing, COCO, truth, backend=backend)["AP"] == 0
