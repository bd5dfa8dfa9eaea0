"""Which of a model's tasks serves which data set."""

from collections.abc import Mapping

from vitpose_plus.models import ViTPoseConfig
from vitpose_plus.skeletons import Skeleton


def covered_sets(config: ViTPoseConfig, skeletons: Mapping[str, Skeleton]) -> dict[str, str]:
    """The data sets that a model can be scored on, and by which of its tasks.

    A set of a task's name has that task; another set, such as OCHuman, the first task with its
    very keypoints.

    Args:
        config: the model's.
        skeletons: each data set's.
    """
    found = {}
    for name, skeleton in skeletons.items():
        fitting = [t.name for t in config.tasks if t.skeleton.keypoints == skeleton.keypoints]
        if fitting:
            found[name] = name if name in fitting else fitting[0]
    return found
