"""Which weights and which test data an evaluation's figures are of: `scored.json` beside them.

It tells nothing of when or where, so the same evaluation gives the same file.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter

from pipelines.evaluate.held_out import KEPT, METRICS, SCORED
from pipelines.evaluate.target import Target
from pipelines.evaluation_parameters import Evaluation
from pipelines.parameters import Data
from vitpose_plus.checksum import sha256_of
from vitpose_plus.datasets.manifest import read_manifest
from vitpose_plus.datasets.source import Metric
from vitpose_plus.datasets.split import Split
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import read_typed, write_typed

AGAIN = "Evaluate the model with this version: kedro run --pipeline=evaluate"


@settings
class ScoredSet:
    """One data set's test data: figures of equal ones can be compared.

    Attributes:
        split: its name.
        table_sha256, pictures_sha256: of the table's rows and of what their pictures show.
        metrics: what it is scored by.
    """

    split: str
    table_sha256: str
    pictures_sha256: str
    metrics: tuple[Metric, ...]


@settings
class Scored:
    """What figures are of.

    Attributes:
        model: checksums of the scored model's files, by name.
        flip: whether the mirrored crops were averaged.
        sets: the test data by data set.
        figures: checksums of the files of figures and poses, by their paths in the folder.
    """

    model: dict[str, str]
    flip: bool
    sets: dict[str, ScoredSet]
    figures: dict[str, str]


def write_scored(
    target: Target, splits: Sequence[Split], data: Data, evaluation: Evaluation
) -> None:
    """Say what the figures and poses that lie in the reports folder are of."""
    folder = target.reports
    names = [METRICS, *(f"{KEPT}/{split.name}.json" for split in splits)]
    scored = Scored(
        model=dict(target.checksums),
        flip=evaluation.flip,
        sets={
            split.name: scored_set(data.tables / split.name, evaluation.split) for split in splits
        },
        figures={name: sha256_of(folder / name) for name in names},
    )
    write_typed(scored, folder / SCORED)


def read_scored(folder: Path) -> Scored:
    """Read what `write_scored` wrote.

    Raises:
        ConfigurationError: there is none, or a file of figures is not the one that it is of.
    """
    scored = read_typed(
        Scored,
        folder / SCORED,
        error=ConfigurationError,
        absent=f"So nobody knows which weights the figures are of. {AGAIN}",
        stale="not a record of this version",
    )
    for name, checksum in scored.figures.items():
        path = folder / name
        if not path.is_file() or sha256_of(path) != checksum:
            raise ConfigurationError(f"{path} is not what {SCORED} was written of. {AGAIN}")
    return scored


def scored_set(tables: Path, split: str) -> ScoredSet:
    """A split's test data as it is ingested now.

    Args:
        tables: the data set's folder.
        split: its name.

    Raises:
        AnnotationError: there is no manifest.
        ConfigurationError: the split is not ingested.
    """
    manifest = read_manifest(tables)
    if split not in manifest.splits:
        raise ConfigurationError(f"{tables}: no split {split}, only {', '.join(manifest.splits)}")
    facts = manifest.splits[split]
    return ScoredSet(
        split=split,
        table_sha256=facts.table_sha256,
        pictures_sha256=facts.pictures_sha256,
        metrics=manifest.metrics,
    )


def version_of_test_data(sets: Mapping[str, ScoredSet], *, flip: bool) -> str:
    """SHA-256 of the test data and of how it is scored, whatever the order of the sets."""
    plain = TypeAdapter(dict[str, ScoredSet]).dump_python(dict(sets), mode="json")
    return hashlib.sha256(json.dumps([flip, plain], sort_keys=True).encode()).hexdigest()
