"""MLflow's model from code: this file is stored with the weights and run to load them.

It imports the library alone, whose code is stored beside it.
"""

import base64
from typing import Any

import cv2
import mlflow
import numpy as np
import pandas as pd
from mlflow.pyfunc import PythonModel, PythonModelContext

from vitpose_plus.checkpoints import load_model
from vitpose_plus.inference.estimate import estimate


class PoseModel(PythonModel):
    """One row an instance: `image` (JPEG or PNG in base64) and `bbox` (x, y, width, height)."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the weights."""
        self.model = load_model(context.artifacts["model"])

    def predict(
        self,
        context: PythonModelContext | None,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Give `keypoints`: a row [x, y, score] each, in pixels of the picture."""
        task = (params or {}).get("task") or self.model.config.tasks[0].name
        pictures = [_decode(row, image) for row, image in enumerate(model_input["image"])]
        boxes = [np.asarray(box)[None] for box in model_input["bbox"]]
        poses = estimate(self.model, pictures, boxes, task)
        triples = [np.column_stack([p.keypoints[0], p.scores[0]]).tolist() for p in poses]
        return pd.DataFrame({"keypoints": triples})


def _decode(row: int, image: str) -> np.ndarray:
    data = np.frombuffer(base64.b64decode(image), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        raise ValueError(f"row {row}: image is not a JPEG or PNG in base64")
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


mlflow.models.set_model(PoseModel())
