"""A model of ours as a folder that transformers reads."""

import copy
from pathlib import Path

from torch import Tensor

from vitpose_plus.checkpoints.destination import (
    CARD,
    PROCESSOR,
    model_folder,
    write_json,
    write_model,
)
from vitpose_plus.checkpoints.huggingface.card import model_card
from vitpose_plus.checkpoints.huggingface.describe import describe_model, describe_processor
from vitpose_plus.checkpoints.huggingface.names import to_theirs
from vitpose_plus.checkpoints.huggingface.padding import pad_decoder
from vitpose_plus.checkpoints.huggingface.parity import require_transformers, verify
from vitpose_plus.checkpoints.huggingface.refusals import refuse
from vitpose_plus.checkpoints.tasks import chosen_task
from vitpose_plus.models import ViTPose
from vitpose_plus.replacement import replacing


def export_huggingface(
    model: ViTPose, folder: Path | str, task: str | None = None, *, experts: bool = False
) -> None:
    """Write a folder for `VitPoseForPoseEstimation.from_pretrained` and its image processor.

    transformers must give the same heatmaps from it, to 1e-4 of their maximum, before it
    appears or is replaced, whole. Weights are written as float32.

    Args:
        model: on any device, in any mode; it is not altered.
        folder: for `config.json`, `model.safetensors`, `preprocessor_config.json` and
            `README.md`.
        task: whose keypoints; may be left out if the model serves one task alone.
        experts: keep all experts of a ViTPose+, beside the decoder of this one task, to be
            called with `dataset_index`; else this task's is folded in.

    Raises:
        CheckpointError: transformers is missing, cannot hold this model, or computes something
            else; or the folder holds something else than a model.
    """
    folder, name = model_folder(folder), chosen_task(model.config, task)
    refuse(model.config, experts=experts)
    require_transformers()
    position = model.config.task_index(name)
    whole = (copy.deepcopy(model) if experts else model.for_task(name)).cpu().float().eval()
    with replacing(folder) as part:
        weights = pad_decoder(_of_decoder(whole, position if experts else 0))
        described = describe_model(whole.config, name)
        write_model(part, to_theirs(weights), described, {"format": "pt"})
        write_json(part / PROCESSOR, describe_processor(whole.config))
        (part / CARD).write_text(model_card(whole.config, name, folder.name))
        verify(part, whole, name)


def _of_decoder(model: ViTPose, position: int) -> dict[str, Tensor]:
    """The weights without the other decoders; this one becomes the first."""
    own, first = f"heads.{position}.", "heads.0."
    weights = {}
    for name, weight in model.state_dict().items():
        if name.startswith(own):
            weights[first + name.removeprefix(own)] = weight
        elif name.startswith("backbone."):
            weights[name] = weight
    return weights
