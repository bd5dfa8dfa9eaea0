import json
import math

from pipelines.curves import write_curves
from vitpose_plus.engine.history import History


def test_epochs_have_their_loss_and_scored_ones_their_figures(tmp_path):
    history = History(tmp_path / "history.jsonl")
    for epoch in range(3):
        history.add(10 * epoch + 5, epoch, {"loss": 0.5, "lr": 0.1})
        history.add(10 * epoch + 10, epoch, {"loss_epoch": 1 / (epoch + 1)})
    history.add(30, 2, {"AP_coco": 0.4, "AP_aic": math.nan, "score": 0.4})
    write_curves(tmp_path)
    curves = tmp_path / "curves"
    assert json.loads((curves / "loss.json").read_text()) == [
        {"epoch": epoch, "loss": 1 / epoch} for epoch in (1, 2, 3)
    ]
    assert json.loads((curves / "figures.json").read_text()) == [
        {"epoch": 3, "AP_coco": 0.4, "score": 0.4}
    ]
