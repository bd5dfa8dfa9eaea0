"""Pages that show what a model does well and badly, and what one has over another."""

from vitpose_plus.evaluation_pages.comparison import write_comparison
from vitpose_plus.evaluation_pages.evaluated import ModelEvaluation, TaskEvaluation
from vitpose_plus.evaluation_pages.report import write_report

__all__ = ["ModelEvaluation", "TaskEvaluation", "write_comparison", "write_report"]
