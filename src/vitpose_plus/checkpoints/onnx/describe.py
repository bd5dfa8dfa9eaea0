"""What an ONNX file says of itself, so that it can be used alone."""

import json

from vitpose_plus.geometry import MEAN, PADDING, STD
from vitpose_plus.models import ViTPoseConfig

USE = (
    "Heatmaps of one instance in a box. images [batch, 3, H, W]: the box, its sides brought to "
    "the aspect of input_size (height, width) and multiplied by box_padding, mapped there by "
    "UDP's affine map; RGB in 0..1, minus mean, divided by std. heatmaps [batch, K, H/4, W/4]: "
    "a keypoint is where its heatmap is highest, in steps of (input size - 1) / (heatmap size - 1) "
    "pixels of the input."
)


def describe_use(config: ViTPoseConfig) -> dict[str, str]:
    """Metadata of a plain model for one task; every value is JSON.

    Returns:
        task, keypoints (K names), flip_pairs and limbs (pairs of indices), input_size (height,
        width), mean, std and box_padding.
    """
    (task,) = config.tasks
    skeleton = task.skeleton
    facts = {
        "task": task.name,
        "keypoints": skeleton.keypoints,
        "flip_pairs": [[skeleton.index(name) for name in pair] for pair in skeleton.twins],
        "limbs": skeleton.limb_index(),
        "input_size": config.input_size,
        "mean": MEAN,
        "std": STD,
        "box_padding": PADDING,
    }
    return {key: json.dumps(value) for key, value in facts.items()}
