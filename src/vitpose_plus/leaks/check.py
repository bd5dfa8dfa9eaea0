"""The leak check: find, write, and do what the settings say."""

from collections.abc import Sequence
from pathlib import Path

from vitpose_plus.errors import ValidationError
from vitpose_plus.leaks.files import write_pairs, write_summary
from vitpose_plus.leaks.find import Leak, find_leaks
from vitpose_plus.leaks.hashed import HashedPictures
from vitpose_plus.leaks.page import PAGE_NAME, write_leak_page
from vitpose_plus.leaks.settings import Leaks
from vitpose_plus.leaks.summary import Leakage, summarise
from vitpose_plus.replacement import replacing

NAMED = 10


def check_leaks(
    training: Sequence[HashedPictures],
    held_out: Sequence[HashedPictures],
    folder: Path,
    rule: Leaks,
    *,
    progress: bool = True,
) -> Leakage:
    """Look for training pictures among the held-out ones, and write what was found.

    The tables stay as they are: to drop is to leave the pictures that `excluded_pictures`
    reads from the folder out of training.

    Args:
        training: splits that are trained on.
        held_out: splits that are scored on.
        folder: is replaced; gets `leaks.parquet` (the pairs), `summary.json` (the counts) and
            `index.html` (both, to look at).
        rule: how alike, and what then.
        progress: show a progress bar.

    Raises:
        ValidationError: there are leaks and the rule says to fail; the folder is written.
        PictureError: a picture of a pair cannot be read to be shown.
    """
    leaks = find_leaks(training, held_out, rule.distance, progress=progress)
    leakage = summarise(leaks, training, held_out, rule)
    with replacing(folder) as part:
        write_pairs(leaks, part)
        write_summary(leakage, part)
        write_leak_page(leaks, leakage, (*training, *held_out), part)
    if leaks and rule.action == "fail":
        raise ValidationError(_message(leaks, leakage, folder))
    return leakage


def _message(leaks: Sequence[Leak], leakage: Leakage, folder: Path) -> str:
    nearest = sorted(leaks, key=lambda leak: leak.distance)
    lines = [
        f"{leakage.training_pictures} training pictures look like "
        f"{leakage.held_out_pictures} held-out ones ({leakage.pairs} pairs):",
        *(f"  {_tell(leak)}" for leak in nearest[:NAMED]),
        f"  … and {len(leaks) - NAMED} more" if len(leaks) > NAMED else "",
        f"{folder / PAGE_NAME} shows them. Leave them out of training by data.leaks.action: drop, "
        "or train all the same by warn.",
    ]
    return "\n".join(line for line in lines if line)


def _tell(leak: Leak) -> str:
    turned = ", mirrored" if leak.mirrored else ""
    return f"{leak.training} looks like {leak.held_out} ({leak.distance} bits differ{turned})"
