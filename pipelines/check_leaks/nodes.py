"""Nodes: compare the pictures of all ingested data sets, and show all of them on one page."""

import logging
from collections.abc import Collection

from pipelines.check_leaks.report import Compared, ingested_pictures
from pipelines.parameters import Data
from pipelines.tracking import log_figures, log_files
from vitpose_plus.leaks import Concern, check_leaks, concerning, refuse

log = logging.getLogger(__name__)


def find_leaks(data: Data) -> bool:
    """Look for training pictures among held-out ones, over all data sets that have tables.

    Returns:
        Whether it was looked for. (Kedro orders the next node by it.)

    Raises:
        ValidationError: there are some, and the configuration says to fail.
    """
    compared = ingested_pictures(data, needed=())
    _report(data, compared)
    _act(data, compared.names, compared.names)
    return True


def find_leaks_after_ingestion(data: Data, ingested: dict[str, dict]) -> bool:
    """The same, unless one data set alone was asked for."""
    if data.only is not None:
        log.info("only %s was looked at: --pipeline=check_leaks compares all sets", data.only)
        return False
    return find_leaks(data)


def find_leaks_of(data: Data, tasks: tuple[str, ...], ingested: dict[str, dict]) -> bool:
    """The same, but only what concerns a training on these data sets counts as a leak.

    Raises:
        ValidationError: there are some, and the configuration says to fail.
    """
    compared = ingested_pictures(data, needed=tasks)
    if (reason := compared.why_stale(data)) is not None:
        log.info("leaks are looked for: %s", reason)
        _report(data, compared)
    _act(data, tasks, {*tasks, *data.leaks.protect})
    return True


def _report(data: Data, compared: Compared) -> None:
    """Write the report and the page of all data sets."""
    from vitpose_plus.data_pages import write_overview

    leakage = check_leaks(compared.training, compared.held_out, data.leak_report, data.leaks)
    log_figures({"data/leaks/all_pairs": leakage.pairs})
    log_files(data.leak_report, "data/leaks")
    tables = [data.tables / name for name in compared.names]
    log.info("all data sets on one page: %s", write_overview(tables, data.pages, data.leak_report))


def _act(data: Data, training: Collection[str], held_out: Collection[str]) -> None:
    concern = concerning(data.leak_report, training, held_out)
    figures = {"pairs": concern.pairs, "training_pictures": concern.training_pictures}
    log_figures({f"data/leaks/{name}": value for name, value in figures.items()})
    for name in concern.not_compared:
        log.warning("%s is not compared: data.leaks.skip names it", name)
    if data.leaks.action == "fail":
        refuse(concern)
    _tell(concern, data)


def _tell(concern: Concern, data: Data) -> None:
    if not concern.pairs:
        log.info("no training picture looks like a held-out one: %s", data.leak_report)
        return
    done = "are left out of training" if data.leaks.action == "drop" else "stay in training"
    log.warning(
        "%d training pictures look like %d held-out ones and %s: look at %s/index.html",
        *(concern.training_pictures, concern.held_out_pictures, done, data.leak_report),
    )
