"""What decides a training's outcome, in one line: only the very same training goes on."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from vitpose_plus.checksum import sha256_of_files
from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.datasets.split import Split

WITHOUT_EFFECT = frozenset(
    (
        *("workers", "launch", "log_every", "checkpoint_every", "peak_tflops", "panels"),
        "activation_checkpointing",
    )
)
"""Settings of a run that change how it is done, or told, and not what comes out."""


def fingerprint(
    recipes: Sequence[Any],
    splits: Sequence[Split],
    seed: int,
    weights: Path | None = None,
    stores: Sequence[CropStore | None] = (),
) -> str:
    """SHA-256 of the configuration, the data and the weights that a training starts from.

    Args:
        recipes: settings objects; of each, the `WITHOUT_EFFECT` are left out.
        splits: all that is trained on or scored, in order.
        seed: of the run.
        weights: a file or a folder to start from.
        stores: each training split's crops, or None: cut and coded otherwise they are other pixels.
    """
    content = {
        "recipes": [_effective(recipe) for recipe in recipes],
        "splits": [_split_checksum(split) for split in splits],
        "seed": seed,
        "weights": sha256_of_files(weights) if weights is not None else {},
        "crops": [_pixels(store) for store in stores],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _effective(recipe: Any) -> dict[str, Any]:
    stated = TypeAdapter(type(recipe)).dump_python(recipe, mode="json")
    effective = {name: value for name, value in stated.items() if name not in WITHOUT_EFFECT}
    if start := effective.get("start"):
        # What the weights are counts, not where they lie or come from.
        places = ("weights", "origin")
        effective["start"] = {name: v for name, v in start.items() if name not in places}
    return effective


def _pixels(store: CropStore | None) -> str | None:
    """How the crops were made, but for how they are spread over files."""
    if store is None:
        return None
    encoding = store.manifest.encoding
    return repr((store.manifest.reach, encoding.quality, encoding.colour))


def _split_checksum(split: Split) -> str:
    """Of its rows, its pictures and what its recipe does otherwise; not of where they lie."""
    about = (split.name, split.skeleton, split.metrics, split.augmentation, split.pictures_sha256)
    digest = hashlib.sha256(repr(about).encode())
    rows = split.table.rows.combine_chunks()
    written = pa.BufferOutputStream()
    with pa.ipc.new_stream(written, rows.schema) as stream:
        stream.write_table(rows)
    digest.update(written.getvalue())
    return digest.hexdigest()
