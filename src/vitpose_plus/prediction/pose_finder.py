"""Pictures to poses: boxes first, one pose a box, and no person twice."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.evaluation.nms import suppress, view_areas
from vitpose_plus.evaluation.predictions import instance_scores
from vitpose_plus.evaluation.results import Results
from vitpose_plus.inference.estimate import Poses, estimate
from vitpose_plus.models import ViTPose
from vitpose_plus.prediction.boxes import Boxes, BoxFinder
from vitpose_plus.prediction.pictures import Picture
from vitpose_plus.skeletons import Skeleton


@dataclass(frozen=True, eq=False)
class PoseFinder:
    """Finds one task's poses.

    Attributes:
        model: in evaluation mode, of one task alone.
        boxes: where they come from.
        flip: average with the mirrored crops.
        batch_size: crops that go through the network at once.
    """

    model: ViTPose
    boxes: BoxFinder
    flip: bool = True
    batch_size: int = 64

    @property
    def skeleton(self) -> Skeleton:
        """The task's keypoints."""
        return self.model.config.tasks[0].skeleton

    def find(self, pictures: Sequence[Picture]) -> list[Results]:
        """The poses of each picture, in the order of its boxes."""
        boxes = self.boxes.find(pictures)
        poses = estimate(
            self.model,
            [picture.pixels for picture in pictures],
            [own.boxes for own in boxes],
            flip=self.flip,
            batch_size=self.batch_size,
        )
        found = zip(pictures, poses, boxes, strict=True)
        return [self._once(_results(*each)) for each in found]

    def _once(self, results: Results) -> Results:
        """Without poses that repeat a surer one, as two boxes of a detector can give."""
        if not self.boxes.detected or results.boxes is None:
            return results
        areas = view_areas(results.boxes, self.model.config.input_size)
        return suppress(results, self.skeleton, areas)


def _results(picture: Picture, poses: Poses, boxes: Boxes) -> Results:
    return Results(
        np.full(len(boxes), picture.image_id, object),
        poses.keypoints,
        poses.scores,
        instance_scores(poses.scores, boxes.scores),
        boxes.boxes,
    )
