"""README.md of an exported folder: what it is, what it finds, how it is called."""

from string import Template

from vitpose_plus.models import ViTPoseConfig

_CARD = Template("""\
---
library_name: transformers
pipeline_tag: keypoint-detection
tags:
- vitpose
- pose-estimation
---

# $kind for `$task`

Finds $count keypoints of one instance in a box, from a crop $height pixels high and $width wide,
by heatmaps at a quarter of that size.

```python
import torch
from transformers import AutoProcessor, VitPoseForPoseEstimation

processor = AutoProcessor.from_pretrained("$folder")
model = VitPoseForPoseEstimation.from_pretrained("$folder")
inputs = processor(picture, boxes=boxes, return_tensors="pt")  # a list of [x, y, w, h] a picture
with torch.no_grad():
    outputs = model(**inputs$argument)
poses = processor.post_process_pose_estimation(outputs, boxes=boxes)
```
$experts
## Keypoints

$keypoints

## Source

Exported by vitpose-plus, whose `load_model` reads this folder too. transformers gave the same
heatmaps from it, to 1e-4 of their maximum. What the weights were trained on, and their licence,
are for whoever trained them to say.

ViTPose: Simple Vision Transformer Baselines for Human Pose Estimation (Xu et al., 2022).
ViTPose++: Vision Transformer for Generic Body Pose Estimation (Xu et al., 2023).
""")

_EXPERTS = Template("""
It keeps the experts of $names,
in this order, and one decoder, that of `$task`: `dataset_index` is $position for every crop.
""")


def model_card(config: ViTPoseConfig, task: str, folder: str) -> str:
    """The text.

    Args:
        config: of a plain ViTPose, or of a ViTPose+ that keeps its experts.
        task: whose decoder the folder holds.
        folder: its name, for the lines of code.
    """
    position = config.task_index(task)
    skeleton = config.tasks[position].skeleton
    height, width = config.input_size
    names = ", ".join(f"`{one.name}`" for one in config.tasks)
    index = f", dataset_index=torch.full((len(inputs.pixel_values),), {position})"
    experts = _EXPERTS.substitute(names=names, task=task, position=position)
    return _CARD.substitute(
        kind="ViTPose+" if config.experts else "ViTPose",
        task=task,
        count=len(skeleton),
        height=height,
        width=width,
        folder=folder,
        argument=index if config.experts else "",
        experts=experts if config.experts else "",
        keypoints=", ".join(skeleton.keypoints) + ".",
    )
