"""The leak check: find and write. What follows from it is `concern`'s."""

from collections.abc import Sequence
from pathlib import Path

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.leaks.files import (
    PAIRS_NAME,
    SUMMARY_NAME,
    read_summary,
    write_pairs,
    write_summary,
)
from vitpose_plus.leaks.find import find_leaks
from vitpose_plus.leaks.hashed import HashedPictures
from vitpose_plus.leaks.page import write_leak_page
from vitpose_plus.leaks.scope import difference, scope_of, without_skipped
from vitpose_plus.leaks.settings import Leaks
from vitpose_plus.leaks.summary import Leakage, summarise
from vitpose_plus.pages import PAGE_NAME
from vitpose_plus.replacement import replacing


def check_leaks(
    training: Sequence[HashedPictures],
    held_out: Sequence[HashedPictures],
    folder: Path,
    rule: Leaks,
    *,
    progress: bool = True,
) -> Leakage:
    """Look for training pictures among the held-out ones, and write what was found.

    Leaks are no error here, whatever the rule: an experiment concerns a part of them
    (`concerning`), and acts on that part.

    Args:
        training: splits that are trained on.
        held_out: splits that are scored on.
        folder: is replaced; gets `leaks.parquet` (the pairs), `summary.json` (the counts, and
            what was compared) and `index.html` (both, to look at).
        rule: how alike, and which data sets are skipped.
        progress: show a progress bar.

    Raises:
        PictureError: a picture of a pair cannot be read to be shown.
    """
    ours, theirs = without_skipped(training, rule), without_skipped(held_out, rule)
    pairs = find_leaks(ours, theirs, rule.distance, progress=progress)
    leakage = summarise(pairs, scope_of(training, held_out, rule))
    with replacing(folder) as part:
        write_pairs(pairs, part)
        write_summary(leakage, part)
        write_leak_page(pairs, leakage, part)
    return leakage


def why_stale(
    folder: Path,
    training: Sequence[HashedPictures],
    held_out: Sequence[HashedPictures],
    rule: Leaks,
) -> str | None:
    """Why a report is not what `check_leaks` would write of these splits; None where it is.

    Neither the order of the splits nor what the rule does about leaks matters.

    Args:
        folder: what `check_leaks` wrote, if it ran.
        training: splits that are trained on.
        held_out: splits that are scored on.
        rule: how alike, and which data sets are skipped.
    """
    for name in (SUMMARY_NAME, PAIRS_NAME, PAGE_NAME):
        if not (folder / name).is_file():
            return f"{folder / name}: no such file"
    try:
        was = read_summary(folder).scope
    except ConfigurationError as error:
        return str(error)
    different = difference(was, scope_of(training, held_out, rule))
    return None if different is None else f"{folder}: {different}"
