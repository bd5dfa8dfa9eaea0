"""Which boxes a prediction takes; whatever is chosen for a person is said."""

import logging
from importlib.util import find_spec
from pathlib import Path

from pydantic import Field

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.prediction.boxes import BoxFinder, WholePictures
from vitpose_plus.prediction.boxes_file import read_boxes
from vitpose_plus.prediction.cached_detector import cached_detector, detector_folder
from vitpose_plus.prediction.sources import Sources
from vitpose_plus.prediction.subjects import Subject
from vitpose_plus.settings import settings

log = logging.getLogger(__name__)


@settings
class BoxChoice:
    """Where boxes are to come from: at most one of the first three; none: the best at hand.

    Attributes:
        file: a person's own.
        detector: a folder of transformers', or its name in the Hugging Face cache.
        whole: each picture is one box.
        labels: what the detector is to find; none: told by the keypoints.
        min_score: the least score of a detector's box.
    """

    file: Path | None = None
    detector: str | None = None
    whole: bool = False
    labels: tuple[str, ...] = ()
    min_score: float = Field(default=0.5, ge=0, le=1)


def choose_boxes(
    choice: BoxChoice, subject: Subject, sources: Sources, device: str = "cpu"
) -> BoxFinder:
    """Read the boxes, or the detector, that were chosen.

    Args:
        choice: a person's.
        subject: whose poses are wanted.
        sources: whose boxes.
        device: where a detector works.

    Raises:
        ConfigurationError: choices contradict each other, or the detector is not there or finds
            nothing of the kind.
        CheckpointError: the detector cannot be read.
        PredictionError: the file cannot.
    """
    if sum((choice.file is not None, choice.detector is not None, choice.whole)) > 1:
        raise ConfigurationError("a file of boxes, a detector or whole pictures: choose one")
    if choice.file is not None:
        return _of_file(choice.file, subject, sources)
    if choice.whole:
        return WholePictures()
    return _of_detector(choice, subject, device)


def _of_file(path: Path, subject: Subject, sources: Sources) -> BoxFinder:
    if sources.videos:
        raise ConfigurationError(
            f"{path} has boxes of pictures, and {sources.videos[0].path} is a video: predict it "
            "by itself, with a detector or whole frames"
        )
    boxes = read_boxes(path, sources.pictures, subject.category)
    kind = "a detector's, as they have scores" if boxes.detected else "one pose each"
    log.info("boxes of %s: %s", path, kind)
    if boxes.other_categories:
        log.warning("%d boxes of other categories left out", boxes.other_categories)
    return boxes


def _of_detector(choice: BoxChoice, subject: Subject, device: str) -> BoxFinder:
    labels = choice.labels or subject.labels
    named = choice.detector
    if not labels and named is not None:
        raise ConfigurationError(
            f"no label of a detector is known for a {subject.name}: name those to find (--labels)"
        )
    if named is None and (reason := _why_none(labels, subject)):
        log.warning("%s: each picture is taken as one box", reason)
        return WholePictures()
    folder = cached_detector() if named is None else detector_folder(named)
    assert folder is not None
    from vitpose_plus.prediction.detector import Detector

    detector = Detector(folder, labels, min_score=choice.min_score, device=device)
    if strange := sorted(set(choice.labels) - set(detector.labels)):
        raise ConfigurationError(
            f"the detector {folder} finds no {' or '.join(strange)}, but {', '.join(detector.all)}"
        )
    wanted = ", ".join(detector.labels)
    log.info("boxes by the detector %s: %s, score %g or more", folder, wanted, choice.min_score)
    return detector


def _why_none(labels: tuple[str, ...], subject: Subject) -> str | None:
    """Why there is no detector to be had, if there is none."""
    if not labels:
        return f"no label of a detector is known for a {subject.name}"
    if find_spec("transformers") is None:
        return "transformers, whose detectors are used, is not installed"
    if cached_detector() is None:
        return "no detector lies in the local Hugging Face cache, and none is downloaded unasked"
    return None
