"""Node: compare the pictures of all ingested data sets, and show all of them on one page."""

import logging
from pathlib import Path

from pipelines.parameters import TRAIN_SPLIT, Data
from pipelines.tracking import log_figures, log_files
from vitpose_plus.datasets.manifest import MANIFEST_NAME, read_manifest
from vitpose_plus.datasets.pictures import read_pictures
from vitpose_plus.leaks import HashedPictures, Leakage, check_leaks

log = logging.getLogger(__name__)


def find_leaks(data: Data) -> bool:
    """Look for training pictures among held-out ones, over all data sets that have tables.

    Returns:
        Whether it was looked for: not where one data set alone is ingested. (Kedro orders the
        next node by it.)

    Raises:
        ValidationError: there are some, and the configuration says to fail.
    """
    if data.only is not None:
        log.info("only %s was looked at: --pipeline=check_leaks compares all sets", data.only)
        return False
    from vitpose_plus.data_pages import write_overview

    ingested = [name for name in data.datasets if (data.tables / name / MANIFEST_NAME).is_file()]
    hashed = [pictures for name in ingested for pictures in _hashed(data.tables / name, name)]
    training = [pictures for pictures in hashed if pictures.split == TRAIN_SPLIT]
    held_out = [pictures for pictures in hashed if pictures.split != TRAIN_SPLIT]
    leakage = check_leaks(training, held_out, data.leak_report, data.leaks)
    _tell(leakage, data)
    log_files(data.leak_report, "data/leaks")
    tables = [data.tables / name for name in ingested]
    log.info("all data sets on one page: %s", write_overview(tables, data.pages, data.leak_report))
    return True


def find_leaks_after(data: Data, ingested: dict[str, dict]) -> bool:
    """The same, once the data sets are ingested."""
    return find_leaks(data)


def _hashed(folder: Path, name: str) -> list[HashedPictures]:
    from vitpose_plus.datasets.picture_hash import hash_array

    found = []
    for split, facts in read_manifest(folder).splits.items():
        pictures = read_pictures(folder / facts.picture_table)
        hashes = hash_array(pictures.hashes)
        found.append(HashedPictures(name, split, Path(facts.images), pictures.names, hashes))
    return found


def _tell(leakage: Leakage, data: Data) -> None:
    log_figures(
        {
            "data/leaks/pairs": leakage.pairs,
            "data/leaks/training_pictures": leakage.training_pictures,
        }
    )
    if not leakage.pairs:
        log.info("no training picture looks like a held-out one: %s", data.leak_report)
        return
    done = "are left out of training" if data.leaks.action == "drop" else "stay in training"
    log.warning(
        "%d training pictures look like %d held-out ones and %s: look at %s/index.html",
        *(leakage.training_pictures, leakage.held_out_pictures, done, data.leak_report),
    )
