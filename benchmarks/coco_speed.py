"""COCO's average precision of keypoints beside pycocotools, at the size of val2017.

    python benchmarks/coco_speed.py [--rounds N]

Made-up people and poses: 5,000 pictures, 11,000 people on about half of them (as many without
keypoints, as many crowds as there), 100,000 poses, 20 a picture: some near a person, the surer
the nearer, most astray. Timed is what follows loading: pycocotools' evaluate, accumulate and
summarize on files that it has read and indexed; ours from an annotation table and results in
memory to the figures. All in one process on one thread; the rounds of all take turns, and medians
are printed, by the clock and by CPU time (steadier where others use the machine). Where they are
installed, faster-coco-eval and hotcoco take part; nothing else asks for them:

    uv pip install faster-coco-eval==1.8.0 hotcoco==1.3.0
"""

import os

os.environ |= {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1"}  # Before any library starts.

import argparse
import json
import statistics
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module, metadata
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table
from vitpose_plus.evaluation.oks import FIGURES, evaluate_oks
from vitpose_plus.evaluation.results import Results
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]
PICTURES, WITH_PEOPLE, PEOPLE, POSES_A_PICTURE = 5000, 2693, 11_000, 20
PEERS = {
    "pycocotools": ("pycocotools.coco", "COCO", "pycocotools.cocoeval", "COCOeval"),
    "faster-coco-eval": ("faster_coco_eval", "COCO", "faster_coco_eval", "COCOeval_faster"),
    "hotcoco": ("hotcoco", "COCO", "hotcoco", "COCOeval"),
}
Figures = dict[str, float]


def people(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Annotation records."""
    size = rng.lognormal(4.4, 0.9, PEOPLE)
    place = rng.uniform(0, 1, (PEOPLE, 1, 2)) * np.maximum(640 - size, 1)[:, None, None]
    points = np.round(place + rng.uniform(0, 1, (PEOPLE, len(COCO), 2)) * size[:, None, None], 2)
    code = rng.integers(0, 3, (PEOPLE, len(COCO)))
    code[rng.random(PEOPLE) < 0.42] = 0
    triplets = np.concatenate([points * (code > 0)[..., None], code[..., None]], axis=2)
    return [
        {
            "id": i + 1,
            "image_id": int(picture),
            "category_id": 1,
            "bbox": [*place[i, 0].tolist(), size[i], size[i]],
            "area": float(size[i] ** 2 * 0.4),
            "iscrowd": int(rng.random() < 0.02),
            "num_keypoints": int((code[i] > 0).sum()),
            "keypoints": triplets[i].ravel().tolist(),
        }
        for i, picture in enumerate(np.sort(rng.integers(1, WITH_PEOPLE + 1, PEOPLE)))
    ]


def poses(rng: np.random.Generator, truth: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Result records."""
    here: dict[int, list[dict]] = {}
    for person in truth:
        here.setdefault(person["image_id"], []).append(person)
    records = []
    for picture in np.repeat(np.arange(1, PICTURES + 1), POSES_A_PICTURE).tolist():
        crowd, score = here.get(picture, []), float(rng.random())
        if crowd and rng.random() < 0.4:
            person = crowd[rng.integers(len(crowd))]
            middle = np.array(person["keypoints"]).reshape(-1, 3)[:, :2]
            middle += rng.normal(0, 0.12 * (1.05 - score) * person["bbox"][2], middle.shape)
        else:
            score *= 0.4
            middle = rng.uniform(0, 500, 2) + rng.uniform(0, 140, (len(COCO), 2))
        triplets = np.column_stack([middle.round(3), np.ones(len(COCO))])
        records.append(
            {
                "image_id": picture,
                "category_id": 1,
                "keypoints": triplets.ravel().tolist(),
                "score": score,
            }
        )
    return records


@dataclass(frozen=True)
class Matter:
    """The same in files for them and in memory for us."""

    folder: Path
    table: AnnotationTable
    results: Results

    def ours(self) -> Figures:
        """Evaluate once."""
        pictures = map(str, range(1, PICTURES + 1))
        return evaluate_oks(self.results, COCO, self.table, pictures=pictures)

    def theirs(self, peer: str) -> Callable[[], Figures]:
        """A function that evaluates once, by a peer that has read the files."""
        files, annotations, evaluator, judge_name = PEERS[peer]
        with redirect_stdout(StringIO()):
            truth = getattr(import_module(files), annotations)(str(self.folder / "truth.json"))
            found = truth.loadRes(str(self.folder / "found.json"))

        def evaluate() -> Figures:
            judge = getattr(import_module(evaluator), judge_name)(truth, found, "keypoints")
            with redirect_stdout(StringIO()):
                judge.evaluate()
                judge.accumulate()
                judge.summarize()
            return dict(zip(FIGURES, map(float, judge.stats[:10]), strict=True))

        return evaluate


def matter(folder: Path) -> Matter:
    """Make it up."""
    rng = np.random.default_rng(0)
    truth = people(rng)
    found = poses(rng, truth)
    content = {
        "images": [{"id": i, "width": 640, "height": 640} for i in range(1, PICTURES + 1)],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": truth,
    }
    (folder / "truth.json").write_text(json.dumps(content))
    (folder / "found.json").write_text(json.dumps(found))
    table = build_table("coco", "val", [instance(record) for record in truth])
    triplets = np.array([record["keypoints"] for record in found]).reshape(len(found), -1, 3)
    ids = np.array([str(record["image_id"]) for record in found], object)
    score = np.array([record["score"] for record in found])
    return Matter(folder, table, Results(ids, triplets[..., :2], triplets[..., 2], score))


def instance(record: dict[str, Any]) -> Instance:
    """A row of the annotation table."""
    triplets = np.array(record["keypoints"]).reshape(-1, 3)
    return Instance(
        image_id=str(record["image_id"]),
        instance_id=str(record["id"]),
        file_name=f"{record['image_id']}.jpg",
        bbox=tuple(record["bbox"]),
        keypoints=triplets[:, :2],
        visibility=triplets[:, 2],
        source="",
        area=record["area"],
        is_crowd=bool(record["iscrowd"]),
    )


def installed(peer: str) -> bool:
    """Whether a peer can take part."""
    try:
        metadata.version(peer)
    except metadata.PackageNotFoundError:
        return False
    return True


def compare(given: Matter, rounds: int) -> None:
    """Print seconds and how far the figures are apart."""
    rivals = {name: given.theirs(name) for name in PEERS if installed(name)}
    rivals["ours"] = given.ours
    figures = {name: call() for name, call in rivals.items() if name != "pycocotools"}  # Warm up.
    wall: dict[str, list[float]] = {name: [] for name in rivals}
    cpu: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, call in rivals.items():
            began = time.perf_counter(), time.process_time()
            figures[name] = call()
            wall[name].append(time.perf_counter() - began[0])
            cpu[name].append(time.process_time() - began[1])
    first = {kind: statistics.median(s["pycocotools"]) for kind, s in (("w", wall), ("c", cpu))}
    for name in rivals:
        by_wall, by_cpu = statistics.median(wall[name]), statistics.median(cpu[name])
        apart = max(abs(figures[name][f] - figures["pycocotools"][f]) for f in FIGURES)
        print(
            f"    {name:18}{by_wall:8.3f} s  x{first['w'] / by_wall:<7.1f}"
            f"{by_cpu:8.3f} s of CPU time  x{first['c'] / by_cpu:<7.1f}"
            f"figures apart by {apart:.0e} at most"
        )
    print("    " + "  ".join(f"{name} {value:.5f}" for name, value in figures["ours"].items()))


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    versions = [f"{name} {metadata.version(name)}" for name in ("numpy", *PEERS) if installed(name)]
    print(", ".join(versions))
    with TemporaryDirectory() as folder:
        given = matter(Path(folder))
        print(
            f"{PICTURES} pictures, {len(given.table)} people, {len(given.results)} poses, "
            f"{rounds} rounds"
        )
        compare(given, rounds)


if __name__ == "__main__":
    main()
