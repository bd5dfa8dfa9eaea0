"""A ViTPose+ made smaller for use: one task's expert folded in, BatchNorm folded away."""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.vitpose import ViTPose


def with_weights(config: ViTPoseConfig, weights: dict[str, Tensor]) -> ViTPose:
    """A model that takes these tensors for its own, without an initialisation.

    Raises:
        RuntimeError: names or shapes do not fit the configuration.
    """
    with torch.device("meta"):
        model = ViTPose(config)
    model.load_state_dict(weights, assign=True)
    return model


def fold(model: ViTPose, task: str) -> ViTPose:
    """See `ViTPose.for_task`."""
    index = model.config.task_index(task)
    weights = {name: w.clone() for name, w in _of_task(model, index).items()}
    folded = with_weights(_folded_config(model.config, index), weights)
    return folded.train(model.training)


def fold_batch_norms(model: ViTPose) -> ViTPose:
    """Multiply every BatchNorm into the convolution before it, in place; for inference only.

    The weights no longer have the names and shapes that `save_model` writes.

    Raises:
        ValueError: the model is in training mode, whose BatchNorms use the batch's own means.
    """
    if model.training:
        raise ValueError("the model is in training mode: call model.eval() first")
    for sequence in [module for module in model.modules() if isinstance(module, nn.Sequential)]:
        for index, norm in enumerate(sequence):
            if isinstance(norm, nn.BatchNorm2d):
                sequence[index - 1] = _fused(sequence[index - 1], norm)
                sequence[index] = nn.Identity()
    return model


def _fused(before: nn.Module, norm: nn.BatchNorm2d) -> nn.Module:
    assert isinstance(before, nn.Conv2d | nn.ConvTranspose2d)
    return fuse_conv_bn_eval(before, norm, transpose=isinstance(before, nn.ConvTranspose2d))


def _of_task(model: ViTPose, index: int) -> dict[str, Tensor]:
    own = f"heads.{index}."
    weights = {}
    for name, value in model.state_dict().items():
        if name.startswith(own):
            weights["heads.0." + name.removeprefix(own)] = value
        elif name.startswith("backbone.") and ".mlp." not in name:
            weights[name] = value
    for number, block in enumerate(model.backbone.layers):
        for name, value in block.mlp.folded(index).items():
            weights[f"backbone.blocks.{number}.mlp.{name}"] = value
    return weights


def _folded_config(config: ViTPoseConfig, index: int) -> ViTPoseConfig:
    size = config.size
    if config.ffn == "shared_and_independent":
        size = replace(config.dimensions, hidden=2 * config.dimensions.hidden)
    return replace(config, size=size, ffn="plain", tasks=(config.tasks[index],))
