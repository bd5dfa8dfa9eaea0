"""Does transformers compute from a folder what our model computes?"""

import logging
from pathlib import Path
from typing import Any

import torch

from vitpose_plus.checkpoints.differences import cut
from vitpose_plus.checkpoints.parity import compare
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose

log = logging.getLogger(__name__)

TOLERANCE = 1e-4  # of the largest value in a heatmap


def require_transformers() -> None:
    """Say how to get transformers where it is missing.

    Raises:
        CheckpointError: it is missing, or has no VitPose yet.
    """
    try:
        from transformers import VitPoseForPoseEstimation  # noqa: F401
    except ImportError as error:
        raise CheckpointError(
            "this export is verified with transformers, which is missing or too old: "
            "install vitpose-plus[export]"
        ) from error


@torch.no_grad()
def verify(folder: Path, model: ViTPose, task: str) -> None:
    """Load a folder with transformers and compare the heatmaps of two random pictures.

    Args:
        folder: of transformers' VitPose.
        model: on the CPU, in evaluation mode; plain, or with all of the folder's experts.
        task: whose decoder the folder holds.

    Raises:
        CheckpointError: a weight is missing or unknown there, or the heatmaps differ.
    """
    from transformers import VitPoseForPoseEstimation

    load: Any = VitPoseForPoseEstimation.from_pretrained  # it is typed to return the model alone
    peer, loading = load(folder, local_files_only=True, output_loading_info=True)
    if strays := sorted({str(name) for names in loading.values() for name in names}):
        raise CheckpointError(f"transformers does not take all of the weights: {cut(strays)}")
    images = torch.randn(2, 3, *model.config.input_size, generator=torch.Generator().manual_seed(0))
    index = torch.full((2,), model.config.task_index(task)) if model.config.experts else None
    found = peer.eval()(images, dataset_index=index).heatmaps
    apart = compare(found, model(images, task), TOLERANCE, "transformers")
    log.info("transformers: %.1e of the maximum apart", apart)
