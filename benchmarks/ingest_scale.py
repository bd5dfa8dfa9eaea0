"""How ingestion's time and memory grow: from ten thousand rows to a million.

    python benchmarks/ingest_scale.py [ROWS …]

Each size is a COCO file of the real one's proportions (polygons, URLs, 0.9 kB an annotation, four
people a picture), ingested by a process of its own: reading, decoding every picture, validation by
Great Expectations with its pages, tables. The pictures are small (96 x 72), links to 64 files:
what a picture costs beyond that is its decoder's time. Memory is the process's largest resident
size; it counts the annotation file, which is mapped, as far as the kernel keeps it.
"""

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (10_000, 100_000, 1_000_000)
PEOPLE = 4
WIDTH, HEIGHT = 96, 72
KINDS = 64


def write_pictures(folder: Path, count: int) -> None:
    """Noise in blocks, so that no two kinds look alike."""
    import numpy as np
    from PIL import Image

    kinds = folder / "kinds"
    kinds.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for kind in range(KINDS):
        blocks = rng.integers(0, 255, (9, 12, 3), dtype=np.uint8)
        picture = Image.fromarray(blocks).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)
        picture.save(kinds / f"{kind}.jpg", quality=90)
    for number in range(count):
        os.link(kinds / f"{number % KINDS}.jpg", folder / f"{number:012d}.jpg")


def write_annotations(path: Path, rows: int) -> None:
    """A file of the shape of person_keypoints_train2017.json, written record by record."""
    from vitpose_plus.skeletons import SKELETONS

    draw = random.Random(0)
    pictures = -(-rows // PEOPLE)
    category = {"id": 1, "name": "person", "keypoints": list(SKELETONS["coco"].keypoints)}
    with path.open("w") as file:
        file.write('{"info": {}, "licenses": [], "categories": ' + json.dumps([category]))
        file.write(', "images": [')
        for number in range(pictures):
            file.write(("," if number else "") + json.dumps(image(number)))
        file.write('], "annotations": [')
        for number in range(rows):
            file.write(("," if number else "") + json.dumps(person(number, draw)))
        file.write("]}")


def image(number: int) -> dict:
    """One record of `images`."""
    return {
        "license": 4,
        "file_name": f"{number:012d}.jpg",
        "coco_url": f"https://example.org/train2017/{number:012d}.jpg",
        "height": HEIGHT,
        "width": WIDTH,
        "date_captured": "2013-11-14 17:02:52",
        "flickr_url": f"https://example.org/farm7/{number:012d}_8ed0e4c1d3_z.jpg",
        "id": number,
    }


def person(number: int, draw: random.Random) -> dict:
    """One record of `annotations`."""
    keypoints: list[int] = []
    for _ in range(17):
        flag = draw.choice((0, 1, 2, 2))
        keypoints += [draw.randrange(WIDTH), draw.randrange(HEIGHT), flag] if flag else [0, 0, 0]
    polygon = [round(draw.uniform(0, WIDTH), 2) for _ in range(72)]
    left, top = draw.randrange(WIDTH // 2), draw.randrange(HEIGHT // 2)
    return {
        "segmentation": [polygon],
        "num_keypoints": sum(flag > 0 for flag in keypoints[2::3]),
        "area": round(draw.uniform(20, 900), 4),
        "iscrowd": 0,
        "keypoints": keypoints,
        "image_id": number // PEOPLE,
        "bbox": [left, top, draw.randrange(4, WIDTH // 2), draw.randrange(4, HEIGHT // 2)],
        "category_id": 1,
        "id": number,
    }


def ingest_here(folder: Path) -> None:
    """In the measured process: ingest, and print seconds of each part and the peak in MiB."""
    from vitpose_plus.datasets.readers import READERS
    from vitpose_plus.datasets.source import DatasetSource, SplitSource
    from vitpose_plus.ingestion import ingest
    from vitpose_plus.skeletons import SKELETONS

    split = SplitSource(annotations=folder / "train.json", images=folder / "pictures")
    began = time.perf_counter()
    READERS["coco"](split, SKELETONS["coco"])
    read = time.perf_counter() - began
    source = DatasetSource(layout="coco", skeleton="coco", splits={"train": split})
    began = time.perf_counter()
    manifest = ingest("scale", source, folder / "tables", progress=False)
    whole = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    kept = manifest.splits["train"].kept
    print(json.dumps({"kept": kept, "read": read, "whole": whole, "peak": peak}))


def measure(rows: int) -> dict:
    """One size, in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="ingest-scale-") as name:
        folder = Path(name)
        write_pictures(folder / "pictures", -(-rows // PEOPLE))
        write_annotations(folder / "train.json", rows)
        size = (folder / "train.json").stat().st_size
        command = [sys.executable, __file__, "--here", str(folder)]
        printed = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        return json.loads(printed.splitlines()[-1]) | {"json": size / 2**20}


def main() -> None:
    """Measure each size and print a table."""
    sizes = [int(argument) for argument in sys.argv[1:]] or SIZES
    print(
        f"{'rows':>9} {'pictures':>9} {'JSON MiB':>9} {'reading s':>10} {'ingest s':>9} "
        f"{'rows/s':>8} {'µs/row':>7} {'peak MiB':>9}"
    )
    for rows in sizes:
        found = measure(rows)
        assert found["kept"] == rows, f"{found['kept']} of {rows} rows kept"
        print(
            f"{rows:>9,} {-(-rows // PEOPLE):>9,} {found['json']:>9.0f} {found['read']:>10.1f} "
            f"{found['whole']:>9.1f} {rows / found['whole']:>8.0f} "
            f"{1e6 * found['whole'] / rows:>7.0f} {found['peak']:>9.0f}",
            flush=True,
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        ingest_here(Path(sys.argv[2]))
    else:
        main()
