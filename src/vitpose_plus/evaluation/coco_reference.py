"""The same evaluation by pycocotools: the reference, and a choice."""

from contextlib import redirect_stdout
from io import StringIO
from typing import TYPE_CHECKING, Any

import numpy as np

from vitpose_plus.evaluation.average_precision import COCO_SIZES, AveragePrecision
from vitpose_plus.evaluation.comparison import Comparison
from vitpose_plus.evaluation.poses import FoundPoses, TruePoses

if TYPE_CHECKING:
    from pycocotools.coco import COCO


def reference_precision(comparison: Comparison) -> AveragePrecision:
    """Curves for COCO's three sizes, by pycocotools; it tells no matches of single poses."""
    from pycocotools.cocoeval import COCOeval

    truth, found = comparison.truth, comparison.found
    pictures = 1 + max(truth.picture.max(initial=-1), found.picture.max(initial=-1))
    with redirect_stdout(StringIO()):  # pycocotools prints its progress.
        judge = COCOeval(
            _in_memory(_true_records(truth), pictures),
            _in_memory(_found_records(found), pictures),
            "keypoints",
        )
        judge.params.kpt_oks_sigmas = comparison.sigmas
        judge.evaluate()
        judge.accumulate()
    # [T, R, categories, sizes, most a picture]; -1 where there is nothing to find.
    precision = judge.eval["precision"][:, :, 0, :, 0]
    recall = judge.eval["recall"][:, 0, :, 0]
    return AveragePrecision(
        np.where(precision < 0, np.nan, precision),
        np.where(recall < 0, np.nan, recall),
        COCO_SIZES,
        np.full((len(recall), len(found)), -1),
    )


def _in_memory(annotations: list[dict[str, Any]], pictures: int) -> "COCO":
    from pycocotools.coco import COCO

    coco = COCO()
    coco.dataset = {
        "images": [{"id": number} for number in range(pictures)],
        "categories": [{"id": 1, "name": "instance"}],
        "annotations": annotations,
    }
    coco.createIndex()
    return coco


def _true_records(truth: TruePoses) -> list[dict[str, Any]]:
    """Ids start at 1: COCOeval takes a match with id 0 for none."""
    triplets = np.concatenate([truth.keypoints, truth.labelled[..., None]], axis=2)
    counts = np.where(truth.ignored, 0, truth.labelled.sum(axis=1))
    return [
        {
            "id": i + 1,
            "image_id": int(truth.picture[i]),
            "category_id": 1,
            "bbox": truth.bbox[i].tolist(),
            "area": float(truth.area[i]),
            "iscrowd": int(truth.crowd[i]),
            "num_keypoints": int(counts[i]),
            "keypoints": triplets[i].ravel().tolist(),
        }
        for i in range(len(truth))
    ]


def _found_records(found: FoundPoses) -> list[dict[str, Any]]:
    triplets = np.pad(found.keypoints, ((0, 0), (0, 0), (0, 1)), constant_values=1)
    return [
        {
            "id": i + 1,
            "image_id": int(found.picture[i]),
            "category_id": 1,
            "area": float(found.area[i]),
            "score": float(found.score[i]),
            "keypoints": triplets[i].ravel().tolist(),
        }
        for i in range(len(found))
    ]
