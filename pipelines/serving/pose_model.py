"""MLflow's model from code: this file is stored with the weights and run to load them.

What it imports of this project is stored beside it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import mlflow
import numpy as np
import pandas as pd
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PythonModel, PythonModelContext

from pipelines.serving.guard import guard_scoring_server
from pipelines.serving.network import Network
from pipelines.serving.rows import Row, read_rows
from vitpose_plus.checkpoints import load_model
from vitpose_plus.inference.estimate import Poses

PIXELS_AT_ONCE = 64_000_000  # of decoded pictures: a table of thousands of rows fits as well.
DECIMALS = 3


class PoseModel(PythonModel):
    """One row a picture: `image` and, if its instances are known, `boxes`."""

    def load_context(self, context: PythonModelContext) -> None:
        """Read the weights, and be ready for requests if this process serves."""
        self.model = load_model(context.artifacts["model"])
        self.network = Network(self.model)
        guard_scoring_server()

    def predict(
        self,
        context: PythonModelContext | None,
        model_input: pd.DataFrame,
        params: dict[str, Any] | None = None,
    ) -> pd.DataFrame:
        """Give a row a picture.

        Args:
            context: MLflow's; not used.
            model_input: `image`, a JPEG or PNG as bytes or base64, and optionally `boxes`, a list
                of [x, y, width, height] in pixels. Null or no column: the whole picture is the box.
            params: `task`, a data set's name, and `flip`.

        Returns:
            `boxes`, those that were used; `keypoints`, for each box K of [x, y, score] in pixels of
            the picture as stored; `names`, the K keypoints'.

        Raises:
            MlflowException: a row or a parameter is refused, with the reason.
        """
        options = params or {}
        tasks = {task.name: task.skeleton for task in self.model.config.tasks}
        task = options.get("task") or next(iter(tasks))
        if task not in tasks:
            raise MlflowException.invalid_parameter_value(
                f"task {task!r} is unknown: this model serves {', '.join(tasks)}"
            )
        flip = options.get("flip", True)
        names = list(tasks[task].keypoints)
        found = []
        for rows in _portions(read_rows(model_input)):
            found += [_answer(one, names) for one in self.network.estimate(rows, task, flip)]
        return pd.DataFrame(found, columns=["boxes", "keypoints", "names"])


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows in lists of some `PIXELS_AT_ONCE`."""
    portion: list[Row] = []
    pixels = 0
    for row in rows:
        portion.append(row)
        pixels += row.picture[..., 0].size
        if pixels >= PIXELS_AT_ONCE:
            yield portion
            portion, pixels = [], 0
    if portion:
        yield portion


def _answer(poses: Poses, names: list[str]) -> dict[str, list]:
    triples = np.dstack([poses.keypoints, poses.scores]).astype(np.float64).round(DECIMALS)
    return {"boxes": poses.boxes.tolist(), "keypoints": triples.tolist(), "names": names}


mlflow.models.set_model(PoseModel())
