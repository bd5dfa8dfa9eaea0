"""Each data set's own metric, baselines and pictures."""

from vitpose_plus.evaluation.oks import evaluate_oks
from vitpose_plus.evaluation.pck import evaluate_pck, evaluate_pckh
from vitpose_plus.evaluation.predictions import Predictions

__all__ = ["Predictions", "evaluate_oks", "evaluate_pck", "evaluate_pckh"]
