"""Names in transformers' VitPose and in ours, both ways.

Source: transformers, `modeling_vitpose.py` and `modeling_vitpose_backbone.py`.
"""

import re
from collections import defaultdict

import torch
from torch import Tensor

_THEIRS_AND_OURS = (
    ("backbone.embeddings.patch_embeddings.projection.", "backbone.patch_embed.proj."),
    ("backbone.embeddings.position_embeddings", "backbone.pos_embed"),
    ("backbone.layernorm.", "backbone.last_norm."),
    ("backbone.encoder.layer.", "backbone.blocks."),
    (".layernorm_before.", ".norm1."),
    (".layernorm_after.", ".norm2."),
    (".attention.output.dense.", ".attn.proj."),
    ("head.deconv1.", "heads.0.deconv_layers.0."),
    ("head.batchnorm1.", "heads.0.deconv_layers.1."),
    ("head.deconv2.", "heads.0.deconv_layers.3."),
    ("head.batchnorm2.", "heads.0.deconv_layers.4."),
    ("head.conv.", "heads.0.final_layer."),
)
_OUR_ATTENTION = ".attn.qkv."
_THEIR_ATTENTION = ".attention.attention."
_PARTS = ("query", "key", "value")
_PART = re.compile(re.escape(_THEIR_ATTENTION) + f"({'|'.join(_PARTS)})" + re.escape("."))


def our_name(name: str) -> str:
    """Our name for one of theirs; an unknown name stays as it is."""
    for theirs, ours in _THEIRS_AND_OURS:
        name = name.replace(theirs, ours)
    return _PART.sub(_OUR_ATTENTION, name)


def their_name(name: str) -> str:
    """Their name for one of ours; the three of a joined qkv in one word, {query,key,value}."""
    for theirs, ours in _THEIRS_AND_OURS:
        name = name.replace(ours, theirs)
    return name.replace(_OUR_ATTENTION, f"{_THEIR_ATTENTION}{{{','.join(_PARTS)}}}.")


def to_ours(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Their tensors by our names, queries, keys and values joined.

    What is unknown, or a query without its key and value, keeps its name: whoever compares the
    names with a model's finds it there.
    """
    weights, triples = {}, defaultdict[str, dict[str, Tensor]](dict)
    for name, tensor in tensors.items():
        if found := _PART.search(name):
            triples[our_name(name)][found[1]] = tensor
        else:
            weights[our_name(name)] = tensor
    for name, triple in triples.items():
        weights |= _joined(name, triple)
    return weights


def to_theirs(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Our tensors, of one decoder, by their names."""
    tensors = {}
    for name, weight in weights.items():
        if _OUR_ATTENTION in name:
            for part, rows in zip(_PARTS, weight.chunk(3), strict=True):
                tensors[_part_name(name, part)] = rows
        else:
            tensors[their_name(name)] = weight
    return {name: tensor.contiguous() for name, tensor in tensors.items()}


def _joined(name: str, triple: dict[str, Tensor]) -> dict[str, Tensor]:
    shapes = {tensor.shape for tensor in triple.values()}
    if len(triple) == len(_PARTS) and len(shapes) == 1:
        return {name: torch.cat([triple[part] for part in _PARTS])}
    return {_part_name(name, part): tensor for part, tensor in triple.items()}


def _part_name(name: str, part: str) -> str:
    """Their name of one third of a joined qkv."""
    return their_name(name).replace(f"{{{','.join(_PARTS)}}}", part)
