"""Tables on disk, as a job's addresses name them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vitpose_plus.datasets.manifest import Manifest, SplitManifest, write_manifest
from vitpose_plus.datasets.table import write_table


@pytest.fixture
def ingested(make_split, tmp_path) -> Callable[[str], Path]:
    """What `ingest` leaves of one data set's split `train`, as far as a training reads it."""

    def make(name: str) -> Path:
        split = make_split(name)
        folder = tmp_path / "tables" / name
        folder.mkdir(parents=True)
        write_table(split.table, folder / "train.parquet")
        of_split = SplitManifest(
            table="train.parquet",
            picture_table="train_pictures.parquet",
            images=str(split.images),
            **dict.fromkeys(("read", "kept", "trainable", "pictures"), len(split.table)),
            skipped=0,
            rejected=0,
            table_sha256="",
            pictures_sha256="seen",
            files_sha256={},
        )
        manifest = Manifest(
            dataset=name,
            layout="coco",
            skeleton=split.skeleton,
            metrics=split.metrics,
            splits={"train": of_split},
            fingerprint="",
        )
        write_manifest(manifest, folder)
        return folder

    return make
