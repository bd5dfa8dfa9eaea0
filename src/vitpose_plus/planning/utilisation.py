"""Which share of a card's peak a training reaches: measured where it was, assumed elsewhere."""

import statistics
from collections.abc import Mapping
from pathlib import Path

from vitpose_plus.engine.history import Figures, read_history
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import SizeName
from vitpose_plus.settings import settings


@settings
class Utilisation:
    """MFU of one node, by the clock: waiting for data lowers it.

    Attributes:
        low, expected, high: shares of the cards' peak.
        source: a measurement, or why it is assumed.
        measured: which of the two.
        gpus: that it was measured on, all together; None: one node's.
    """

    low: float
    expected: float
    high: float
    source: str
    measured: bool = False
    gpus: int | None = None


# Published neighbours, all recomputed with this project's arithmetic (docs/planning.md): the
# official ViTPose's forward pass alone on an A100 reaches 0.11 (B), 0.16 (L) and 0.18 (H) of its
# peak; a ViT-S's training on an H100 0.05 to 0.22, by whether it is compiled; NVIDIA's ViT-g/14
# 0.44 on eight A100 and 0.29 on eight H100.
_RANGES: Mapping[SizeName, tuple[float, float, float]] = {
    "tiny": (0.02, 0.04, 0.10),
    "s": (0.05, 0.12, 0.22),
    "b": (0.10, 0.20, 0.32),
    "l": (0.15, 0.27, 0.40),
    "h": (0.17, 0.30, 0.44),
    "g": (0.17, 0.30, 0.44),
}


def assumed(size: SizeName) -> Utilisation:
    """A range for a size that no one measured."""
    low, expected, high = _RANGES[size]
    return Utilisation(
        low=low,
        expected=expected,
        high=high,
        source="assumed from others' published figures: no GPU was ever lent to this project",
    )


def stated(mfu: float) -> Utilisation:
    """What the user says."""
    return Utilisation(low=mfu, expected=mfu, high=mfu, source="--mfu")


def measured(journal: Path, gpus: int | None) -> Utilisation:
    """What a run's journal says: median, and the 10th and 90th of 100 windows.

    Args:
        journal: a `history.jsonl`.
        gpus: that the run was on; None: as many as are planned.

    Raises:
        StorageError: it is no journal.
        ConfigurationError: it tells no MFU.
    """
    lines = (line.metrics for line in read_history(journal) if isinstance(line, Figures))
    found = sorted(float(metrics["mfu"]) for metrics in lines if "mfu" in metrics)
    if not found:
        raise ConfigurationError(
            f"{journal} tells no MFU: the run was on a CPU, or on a GPU whose peak is not known. "
            "Give training.peak_tflops there, or --mfu here"
        )
    tenth = len(found) // 10
    return Utilisation(
        low=found[tenth],
        expected=statistics.median(found),
        high=found[-1 - tenth],
        source=f"measured: {len(found)} windows of {journal}",
        measured=True,
        gpus=gpus,
    )
