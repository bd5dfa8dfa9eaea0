"""A data set's tables and pictures, written by the very ingestion's parts."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vitpose_plus.datasets.manifest import Manifest, SplitManifest, Tally, write_manifest
from vitpose_plus.datasets.table import AnnotationTable, Instance, build_table, write_table
from vitpose_plus.skeletons import SKELETONS


@pytest.fixture
def make_table(tmp_path):
    """Rows of a split with pictures of 240 x 200: three a picture, the last one a crowd."""

    def make(name: str = "coco", split: str = "train", count: int = 9) -> AnnotationTable:
        rng = np.random.default_rng(len(split))
        keypoints = len(SKELETONS[name])
        folder = tmp_path / "pictures" / split
        folder.mkdir(parents=True, exist_ok=True)
        rows = []
        for i in range(count):
            file_name = f"{i // 3}.jpg"
            colours = rng.integers(0, 255, (10, 12, 3), np.uint8)
            Image.fromarray(colours).resize((240, 200)).save(folder / file_name)
            visibility = rng.integers(0, 3, keypoints)
            visibility[:2] = (1, 2)
            rows.append(
                Instance(
                    image_id=str(i // 3),
                    instance_id=str(i),
                    file_name=file_name,
                    bbox=(60.0, 20.0, 120.0, 160.0),
                    keypoints=rng.uniform((60, 20), (180, 180), (keypoints, 2)),
                    visibility=visibility,
                    source=f"{name} {i}",
                    area=64.0**2,
                    width=240,
                    height=200,
                    is_crowd=i == count - 1,
                    category="person" if i % 3 else "dog",
                )
            )
        return build_table(name, split, rows)

    return make


@pytest.fixture
def make_tables(tmp_path, make_table):
    """The folder that `ingest` writes, with two splits."""

    def make(name: str = "coco", dataset: str | None = None) -> Path:
        folder = tmp_path / "tables" / (dataset or name)
        folder.mkdir(parents=True)
        splits = {}
        for split in ("train", "val"):
            table = make_table(name, split)
            write_table(table, folder / f"{split}.parquet")
            splits[split] = SplitManifest(
                table=f"{split}.parquet",
                picture_table=f"{split}.pictures.parquet",
                images=str(tmp_path / "pictures" / split),
                read=len(table) + 3,
                kept=len(table),
                trainable=int(table.trainable.sum()),
                pictures=3,
                skipped=1,
                rejected=2,
                skips=(Tally(reason="no_such_joint", count=1, examples=("a.json, record 7",)),),
                rejections=(Tally(reason="bbox_empty", count=2, examples=("a.json, <b>9</b>",)),),
                notes=("areas are estimated",),
                table_sha256="0" * 64,
                pictures_sha256="2" * 64,
                files_sha256={"a.json": "1" * 64},
            )
        manifest = Manifest(
            dataset=dataset or name,
            layout="coco",
            skeleton=replace(SKELETONS[name], name=name),
            metrics=("oks",),
            splits=splits,
            fingerprint="f",
        )
        write_manifest(manifest, folder)
        return folder

    return make
