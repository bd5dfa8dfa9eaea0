"""A training's curves as DVC plots them: tables of an epoch a row."""

import json
import math
from pathlib import Path

from vitpose_plus.engine.history import HISTORY, Figures, read_history
from vitpose_plus.replacement import replacing

CURVES, LOSS, FIGURES = "curves", "loss.json", "figures.json"
EPOCH_LOSS, SCORE = "loss_epoch", "score"  # a journal's names


def write_curves(folder: Path) -> None:
    """Write `curves/loss.json`, the mean loss of each epoch, and `curves/figures.json`.

    The latter has the held-out figures of the epochs that were scored; it is an empty list where
    none was, as of an auto-encoder.

    Args:
        folder: a training's.

    Raises:
        StorageError: its journal is damaged or missing.
    """
    lines = [line for line in read_history(folder / HISTORY) if isinstance(line, Figures)]
    loss = [
        {"epoch": line.epoch + 1, "loss": line.metrics[EPOCH_LOSS]}
        for line in lines
        if EPOCH_LOSS in line.metrics
    ]
    figures = [
        {"epoch": line.epoch + 1} | {k: v for k, v in line.metrics.items() if math.isfinite(v)}
        for line in lines
        if SCORE in line.metrics
    ]
    with replacing(folder / CURVES) as part:
        (part / LOSS).write_text(json.dumps(loss, indent=1))
        (part / FIGURES).write_text(json.dumps(figures, indent=1))
