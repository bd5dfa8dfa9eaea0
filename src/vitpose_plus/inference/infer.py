"""Crops through the network to keypoints."""

import torch
from torch import Tensor

from vitpose_plus.geometry import normalise
from vitpose_plus.heatmaps import decode, unflip
from vitpose_plus.inference.acceleration import Accelerated
from vitpose_plus.models import ViTPose


# Not `inference_mode`: a sharded network that is scored before its first training step would
# keep what it gathered as inference tensors, and the step could not write to them.
@torch.no_grad()
def infer(
    model: ViTPose | Accelerated, pictures: Tensor, tasks: Tensor, *, flip: bool = True
) -> tuple[Tensor, Tensor]:
    """Keypoints of a mixed batch.

    Args:
        model: in evaluation mode.
        pictures: [B, H, W, 3] uint8 RGB crops.
        tasks: [B] one task's index a crop.
        flip: average with the mirrored crops' heatmaps, as the published results do.

    Returns:
        keypoints [B, K, 2] in input pixels and scores [B, K], K the model's largest set's;
        zeros beyond a sample's own keypoints.
    """
    config = model.config
    codec = config.codec
    images = normalise(pictures)
    heatmaps = model.by_task(images, tasks)
    mirrored = model.by_task(images.flip(-1), tasks) if flip else {}
    most = max(len(task.skeleton) for task in config.tasks)
    keypoints = images.new_zeros(len(pictures), most, 2)
    scores = images.new_zeros(len(pictures), most)
    for task, maps in heatmaps.items():
        skeleton = config.tasks[task].skeleton
        if flip:
            maps = (maps + unflip(mirrored[task], skeleton.flip_index())) / 2
        own = torch.nonzero(tasks == task)[:, 0]
        keypoints[own, : len(skeleton)], scores[own, : len(skeleton)] = decode(maps, codec)
    return keypoints, scores
