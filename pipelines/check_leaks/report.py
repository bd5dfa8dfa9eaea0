"""The leak report: of which pictures it is made, and whether it is still of those."""

import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.parameters import TRAIN_SPLIT, Data
from vitpose_plus.datasets.manifest import MANIFEST_NAME, Manifest, read_manifest
from vitpose_plus.datasets.pictures import read_pictures
from vitpose_plus.errors import AnnotationError
from vitpose_plus.leaks import HashedPictures, why_stale

log = logging.getLogger(__name__)


@dataclass
class Compared:
    """Everything that is ingested: training splits, all others, and the data sets' names."""

    training: list[HashedPictures] = field(default_factory=list)
    held_out: list[HashedPictures] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def why_stale(self, data: Data) -> str | None:
        """Why the report in `data.leak_report` is not of these pictures; None where it is."""
        return why_stale(data.leak_report, self.training, self.held_out, data.leaks)


def ingested_pictures(data: Data, needed: Collection[str]) -> Compared:
    """The pictures of all data sets that have tables.

    Args:
        data: where the tables are.
        needed: data sets whose tables must be good; another's bad ones are left out, loudly.

    Raises:
        AnnotationError: a needed data set's tables cannot be read.
    """
    found = Compared()
    for name in data.datasets:
        folder = data.tables / name
        if not (folder / MANIFEST_NAME).is_file():
            continue
        try:
            splits = _hashed(folder, read_manifest(folder))
        except (AnnotationError, OSError) as error:
            if name in needed:
                raise
            log.warning("%s is not compared, ingest it again: %s", name, str(error).split("\n")[0])
            continue
        found.names.append(name)
        for split in splits:
            if data.datasets[name].near_training(split.split):
                log.info("%s %s is not compared: it is near_training by design", name, split.split)
                continue
            (found.training if split.split == TRAIN_SPLIT else found.held_out).append(split)
    return found


def _hashed(folder: Path, manifest: Manifest) -> list[HashedPictures]:
    from vitpose_plus.datasets.picture_hash import hash_array

    found = []
    for split, facts in manifest.splits.items():
        pictures = read_pictures(folder / facts.picture_table)
        hashes = hash_array(pictures.hashes)
        images = Path(facts.images)
        found.append(HashedPictures(manifest.dataset, split, images, pictures.names, hashes))
    return found
