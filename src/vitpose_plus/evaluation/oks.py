"""Object keypoint similarity, and the average precision and recall that COCO draws from it."""

from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import AnnotationError
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import Skeleton

if TYPE_CHECKING:
    from pycocotools.coco import COCO

# COCOeval's ten figures for keypoints, in its order. All but AP50, AP75, AR50 and AR75 are means
# over the OKS thresholds 0.50, 0.55 .. 0.95; M is an area of 32^2 to 96^2 pixels, L above.
FIGURES = ("AP", "AP50", "AP75", "AP_M", "AP_L", "AR", "AR50", "AR75", "AR_M", "AR_L")


def oks(
    predicted: np.ndarray,
    truth: np.ndarray,
    visibility: np.ndarray,
    area: np.ndarray,
    sigmas: np.ndarray,
) -> np.ndarray:
    """Object keypoint similarity: mean over labelled keypoints of exp(-d^2 / (8 area sigma^2)).

    Args:
        predicted: [..., K, 2] pixels.
        truth: [..., K, 2] pixels.
        visibility: [..., K], 0 where unlabelled.
        area: [...] square pixels.
        sigmas: [K] fall-offs in units of the root of the area.

    Returns:
        [...] in 0..1; nan where no keypoint is labelled.
    """
    squared = ((np.asarray(predicted, np.float64) - truth) ** 2).sum(axis=-1)
    # pycocotools' form: variance (2 sigma)^2, and the smallest step above 1 against no area.
    spread = 2 * (2 * np.asarray(sigmas)) ** 2 * (np.asarray(area)[..., None] + np.spacing(1))
    labelled = np.asarray(visibility) > 0
    similarity = np.where(labelled, np.exp(-squared / spread), 0.0).sum(axis=-1)
    count = labelled.sum(axis=-1)
    return np.where(count > 0, similarity / np.maximum(count, 1), np.nan)


def evaluate_oks(
    predictions: Predictions, skeleton: Skeleton, truth: AnnotationTable | None = None
) -> dict[str, float]:
    """COCO's average precision and recall, by pycocotools, all categories as one.

    At most 20 predictions a picture count, the surest first, as COCO has it. Crowds and instances
    without a labelled keypoint are in the ground truth, but ignored: whoever finds one neither
    gains nor loses.

    Args:
        predictions: poses with their scores; ties keep the order of the rows.
        skeleton: gives the sigmas.
        truth: the whole split, where the predictions cover only its trainable rows;
            without it, the predictions' own rows.

    Returns:
        The ten `FIGURES`, 0..1. A size without any instance is nan: log finite figures only.

    Raises:
        AnnotationError: a prediction's picture is not in `truth`.
    """
    from pycocotools.cocoeval import COCOeval

    truth = predictions.rows if truth is None else truth
    image_ids = {name: i for i, name in enumerate(dict.fromkeys(truth.column("image_id")), 1)}
    _check_pictures(predictions.rows, image_ids)
    with redirect_stdout(StringIO()):  # pycocotools prints its progress.
        reference = _coco_in_memory(truth, image_ids)
        found = reference.loadRes(predictions.to_coco_results(image_ids))
        judge = COCOeval(reference, found, "keypoints")
        judge.params.kpt_oks_sigmas = np.array(skeleton.sigmas)
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    return {
        name: float(value) if value >= 0 else float("nan")
        for name, value in zip(FIGURES, judge.stats, strict=True)
    }


def _check_pictures(rows: AnnotationTable, image_ids: dict[str, int]) -> None:
    if strangers := sorted(set(rows.column("image_id")) - image_ids.keys()):
        raise AnnotationError(
            f"{len(strangers)} predicted pictures are not in the ground truth, first "
            f"{strangers[0]!r}: score predictions against the table of their own split"
        )


def _coco_in_memory(table: AnnotationTable, image_ids: dict[str, int]) -> "COCO":
    from pycocotools.coco import COCO

    coco = COCO()
    coco.dataset = {
        "info": {},
        "images": [{"id": number} for number in image_ids.values()],
        "categories": [{"id": 1, "name": "instance"}],
        "annotations": _annotations(table, image_ids),
    }
    coco.createIndex()
    return coco


def _annotations(table: AnnotationTable, image_ids: dict[str, int]) -> list[dict[str, Any]]:
    """Rows as COCO's records. Ids start at 1: COCOeval takes a match with id 0 for none."""
    triplets = np.concatenate([table.keypoints, table.visibility[..., None]], axis=2)
    labelled = (table.visibility > 0).sum(axis=1)
    images, areas, crowds = (table.column(c) for c in ("image_id", "area", "is_crowd"))
    return [
        {
            "id": i + 1,
            "image_id": image_ids[images[i]],
            "category_id": 1,
            "bbox": table.bbox[i].tolist(),
            "area": float(areas[i]),
            "iscrowd": int(crowds[i]),
            "num_keypoints": int(labelled[i]),
            "keypoints": triplets[i].ravel().tolist(),
        }
        for i in range(len(table))
    ]
