"""What a model costs: its parameters by part, and its arithmetic for one picture."""

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from vitpose_plus.models.config import ViTPoseConfig
from vitpose_plus.models.dispatch import Dispatch
from vitpose_plus.models.vitpose import ViTPose


@dataclass(frozen=True)
class Parameters:
    """Learned numbers, by part of the model.

    Attributes:
        embeddings: patch embedding and table of positions.
        knowledge: the knowledge tokens.
        attention: of all blocks.
        ffn: of all blocks, without the experts.
        experts: of all blocks and all tasks.
        norms: LayerNorms of the backbone.
        convolutions: ViTAE's, beside the attention.
        decoders: task's name -> its decoder.
    """

    embeddings: int
    knowledge: int
    attention: int
    ffn: int
    experts: int
    norms: int
    convolutions: int
    decoders: dict[str, int]

    @property
    def backbone(self) -> int:
        """All but the decoders."""
        blocks = self.attention + self.ffn + self.experts + self.convolutions
        return self.embeddings + self.knowledge + blocks + self.norms

    @property
    def total(self) -> int:
        """The whole model."""
        return self.backbone + sum(self.decoders.values())


@dataclass(frozen=True)
class Cost:
    """Size and arithmetic. Papers often call multiply-adds "FLOPs"; here one is two FLOPs.

    Counted are matrix products and convolutions, attention's two products among them. The
    published 59.8 G of ViTPose-L and 122.8 G of ViTPose-H are multiply-adds with the classic
    decoder but without those two products, the 17.1 G of ViTPose-B are the backbone's alone.

    Attributes:
        parameters: by part.
        task: the task that the picture belongs to; the others' experts and decoders rest.
        backbone: multiply-adds of one picture.
        decoder: multiply-adds of one picture.
    """

    parameters: Parameters
    task: str
    backbone: int
    decoder: int

    @property
    def multiply_adds(self) -> int:
        """Of one picture, backbone and decoder."""
        return self.backbone + self.decoder

    @property
    def flops(self) -> int:
        """Floating-point operations of one picture: two a multiply-add."""
        return 2 * self.multiply_adds


def count(config: ViTPoseConfig, task: str | None = None) -> Cost:
    """What a model of this configuration costs, without building its weights.

    Args:
        config: the model; its input size counts.
        task: whose picture it is; the first where none is named.

    Raises:
        KeyError: the model does not serve this task.
    """
    index = 0 if task is None else config.task_index(task)
    with torch.device("meta"):
        model = ViTPose(config).eval()
        images = torch.empty(1, 3, *config.input_size)
    dispatch = Dispatch.one_task(index, 1, images.device)
    with torch.no_grad():
        with FlopCounterMode(display=False) as backbone:
            features = model.backbone(images, dispatch)
        with FlopCounterMode(display=False) as decoder:
            model.heads[index](features)
    return Cost(
        parameters=_parameters(model),
        task=config.tasks[index].name,
        backbone=backbone.get_total_flops() // 2,
        decoder=decoder.get_total_flops() // 2,
    )


def mean_multiply_adds(config: ViTPoseConfig) -> int:
    """Of one picture: the mean over the tasks."""
    each = [count(config, task.name).multiply_adds for task in config.tasks]
    return sum(each) // len(each)


def _parameters(model: ViTPose) -> Parameters:
    backbone = model.backbone
    blocks = backbone.layers
    experts = _size(getattr(block.mlp, "experts", None) for block in blocks)
    names = (task.name for task in model.config.tasks)
    return Parameters(
        embeddings=_size([backbone.patch_embed]) + backbone.pos_embed.numel(),
        knowledge=0 if backbone.knowledge_token is None else backbone.knowledge_token.numel(),
        attention=_size(block.attn for block in blocks),
        ffn=_size(block.mlp for block in blocks) - experts,
        experts=experts,
        norms=_size(norm for block in blocks for norm in (block.norm1, block.norm2))
        + _size([backbone.last_norm]),
        convolutions=_size(block.pcm for block in blocks),
        decoders={name: _size([head]) for name, head in zip(names, model.heads, strict=True)},
    )


def _size(modules: Iterable[nn.Module | None]) -> int:
    return sum(p.numel() for module in modules if module for p in module.parameters())
