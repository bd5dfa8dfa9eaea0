"""Weights to start a training from: another model's backbone in an existing one."""

import logging
import re
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from torch.nn import functional as F

from vitpose_plus.checkpoints.differences import cut, differences, naming
from vitpose_plus.checkpoints.experts import Target, folded, joined, split_ffns, spread
from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.checkpoints.grids import POSITIONS, likely_grid, stored_grid, with_grid
from vitpose_plus.checkpoints.hints import agreed
from vitpose_plus.checkpoints.shapes import KNOWLEDGE, depth, expert_count, infer_ffn, usual_heads
from vitpose_plus.checkpoints.sources import read_checkpoint
from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import PATCH
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.models.ffn import Weights
from vitpose_plus.models.positions import Grid

log = logging.getLogger(__name__)

_PATCHES = "backbone.patch_embed.proj.weight"
# What a source may lack: parts of window attention and of ViTAE, MAE's norm of its encoder, and
# the token that a student gets from its teacher.
_MAY_LACK = re.compile(
    r".*\.(rel_pos_[hw]|pcm\..*)|backbone\.last_norm\..*|" + re.escape(KNOWLEDGE)
)
_EXPERT = re.compile(r"\.mlp\.experts\.(\d+)\.")
# Shapes do not tell timm's vit_small (6 heads) from ViTPose-S (12).
_AMBIGUOUS_WIDTH = 384


@dataclass(frozen=True)
class LoadedBackbone:
    """What came of a backbone's weights.

    Attributes:
        format: whose they were, for people.
        missing: our names of what keeps its value.
        left_out: the file's own names of what is not used, and why.
        notes: what was changed to fit, for people.
    """

    format: str
    missing: tuple[str, ...]
    left_out: dict[str, str]
    notes: tuple[str, ...]


def load_backbone(
    model: ViTPose, path: Path | str, *, heads: int | None = None, task: str | None = None
) -> LoadedBackbone:
    """Put a backbone's weights into a model; its decoders keep theirs. All or nothing.

    A plain FFN is spread to experts that all begin with its function, a position table is
    resized, a smaller patch kernel padded with zeros.

    Args:
        model: any ViTPose.
        path: weights of MAE, timm or ViTPose, a folder of timm, transformers or ours.
        heads: attention heads the weights were trained with, where their format is silent.
        task: whose expert to fold into one plain FFN, where the weights have experts.

    Raises:
        CheckpointError: the weights cannot be read, or do not fit the model.
    """
    source = read_checkpoint(Path(path), all_experts=True)
    with naming(Path(path)):
        source = _without_decoders(source)
        source = _without_knowledge(source, model.config)
        _refuse_other_dimensions(source, model.config)
        _refuse_other_heads(source, model.config.dimensions.heads, heads)
        source, notes = _fitted(source, model.config, task)
        missing = _missing(source, model)
    model.load_state_dict(source.weights, strict=False)
    for note in notes:
        log.info("%s: %s", path, note)
    for reason, count in Counter(source.left_out.values()).items():
        log.info("%s: %d tensors left out: %s", path, count, reason)
    if missing:
        log.warning("%s lacks %s: they begin anew", path, cut(list(missing)))
    return LoadedBackbone(source.format, missing, source.left_out, notes)


def _without_decoders(source: Foreign) -> Foreign:
    decoders = [name for name in source.weights if name.startswith("heads.")]
    left_out = {source.their_name(name): "decoder: load_model takes it" for name in decoders}
    weights = {name: w for name, w in source.weights.items() if name not in decoders}
    return replace(source, weights=weights, left_out=source.left_out | left_out)


def _without_knowledge(source: Foreign, config: ViTPoseConfig) -> Foreign:
    """Without the source's knowledge token where the model has none."""
    if config.knowledge_tokens or KNOWLEDGE not in source.weights:
        return source
    weights = {name: w for name, w in source.weights.items() if name != KNOWLEDGE}
    reason = "knowledge token: the model has none (its knowledge_tokens are 0)"
    left_out = source.left_out | {source.their_name(KNOWLEDGE): reason}
    return replace(source, weights=weights, left_out=left_out)


def _refuse_other_dimensions(source: Foreign, config: ViTPoseConfig) -> None:
    for name, ndim in ((_PATCHES, 4), (POSITIONS, 3)):
        if name not in source.weights or source.weights[name].ndim != ndim:
            raise CheckpointError(f"it is no vision transformer: no {source.their_name(name)}")
    theirs, ours = (len(source.weights[_PATCHES]), depth(source.weights)), config.dimensions
    if theirs != (ours.width, ours.depth):
        raise CheckpointError(
            f"width {theirs[0]} and {theirs[1]} blocks, but the model has width {ours.width} "
            f"and {ours.depth} blocks: take weights of the model's size"
        )


def _refuse_other_heads(source: Foreign, ours: int, hint: int | None) -> None:
    width = len(source.weights[_PATCHES])
    theirs = agreed("heads", hint, source.heads)
    if theirs is None and source.is_vitpose:
        theirs = usual_heads(width)
    if theirs is None and width == _AMBIGUOUS_WIDTH:
        raise CheckpointError(
            f"width {width} is timm's vit_small with 6 heads or ViTPose-S's with 12, which no "
            "shape tells: say heads= as they were trained"
        )
    if theirs is not None and theirs != ours:
        raise CheckpointError(
            f"trained with {theirs} attention heads, but the model has {ours}: it would load and "
            "mean nothing. Give the model a size of its own with these heads"
        )


def _fitted(
    source: Foreign, config: ViTPoseConfig, task: str | None
) -> tuple[Foreign, tuple[str, ...]]:
    """The same weights for this model, and what was changed."""
    source, padding = _with_padded_kernel(source)
    stored = _source_grid(source, config)
    source = with_grid(source, stored, config.grid)
    weights, conversion = _with_ffns(source, config, task)
    resizing = f"positions resized from {_by(stored)} to {_by(config.grid)}"
    notes = (
        padding,
        resizing if stored != config.grid else "",
        conversion,
        _other_eps(source.layer_norm_eps, config.layer_norm_eps),
    )
    return replace(source, weights=weights), tuple(filter(None, notes))


def _with_padded_kernel(source: Foreign) -> tuple[Foreign, str]:
    """As the official `load_checkpoint` pads MAE's ViT-H, which has patches of 14 pixels."""
    kernel = source.weights[_PATCHES]
    sides = (kernel.shape[2], kernel.shape[3])
    if max(sides) > PATCH or sides == (PATCH, PATCH):
        return source, ""
    before = [(PATCH - side) // 2 for side in sides]
    after = [PATCH - side - start for side, start in zip(sides, before, strict=True)]
    padded = F.pad(kernel, (before[1], after[1], before[0], after[0]))
    note = f"patch kernel {_by(sides)} padded with zeros to {PATCH}x{PATCH}"
    return replace(source, weights=source.weights | {_PATCHES: padded}), note


def _source_grid(source: Foreign, config: ViTPoseConfig) -> Grid:
    positions = source.weights[POSITIONS].shape[1] - 1
    if source.input_size is None and likely_grid(positions) is None:
        return stored_grid(source, config.input_size, config.ratio)
    return stored_grid(source, None, source.config.ratio if source.config else 1)


def _with_ffns(source: Foreign, config: ViTPoseConfig, task: str | None) -> tuple[Weights, str]:
    """Weights with FFNs of the model's kind, and how they came about."""
    theirs, experts = infer_ffn(source.weights), expert_count(source.weights)
    target = Target(config.ffn, config.experts, config.dimensions.expert_width)
    if task is None and theirs != "plain":
        if (theirs, experts) != (target.ffn, target.experts):
            raise CheckpointError(
                f"its FFNs are {theirs} with {experts} experts, the model's {target.ffn} with "
                f"{target.experts}: say task=, whose expert to begin with"
            )
        order = _order(_expert_names(source, experts), config)
        weights = {_moved(name, order): w for name, w in source.weights.items()}
        return weights, "experts taken by their " + ("names" if order else "position")
    rest, ffns = split_ffns(source.weights)
    note = ""
    if task is not None:
        expert = _expert_of(source, experts, task)
        ffns = {at: folded(own, theirs, expert) for at, own in ffns.items()}
        note = f"expert of {task} folded in; "
    if target.ffn != "plain":
        note += "plain FFN given to every task's expert"
    weights = joined(rest, {at: spread(own, target) for at, own in ffns.items()})
    return weights, note.removesuffix("; ")


def _expert_of(source: Foreign, experts: int, task: str) -> int:
    if not experts:
        raise CheckpointError(f"task={task}: it has no experts, leave task= out")
    names = _expert_names(source, experts)
    if task not in names or len(names) != experts:
        raise CheckpointError(
            f"task={task}: it has {experts} experts, of {', '.join(names) or 'unnamed tasks'}. "
            "Name them by load_model(path, tasks=…), save_model that, and start from the folder"
        )
    return names.index(task)


def _expert_names(source: Foreign, experts: int) -> list[str]:
    """Whose the experts are, where that is known."""
    names = [each.name for each in source.tasks or ()]
    return list(OFFICIAL_ORDER) if not names and experts == len(OFFICIAL_ORDER) else names


def _order(theirs: list[str], config: ViTPoseConfig) -> list[int]:
    """For each expert of the source its place in the model; empty where no names are known."""
    ours = [task.name for task in config.tasks]
    if theirs and set(theirs) != set(ours):
        raise CheckpointError(
            f"its experts are those of {', '.join(theirs)}, the model's of {', '.join(ours)}: "
            "say task=, whose expert all begin with"
        )
    return [ours.index(name) for name in theirs]


def _moved(name: str, order: list[int]) -> str:
    if not order:
        return name
    return _EXPERT.sub(lambda found: f".mlp.experts.{order[int(found[1])]}.", name, count=1)


def _missing(source: Foreign, model: ViTPose) -> tuple[str, ...]:
    """What the model keeps.

    Raises:
        CheckpointError: more differs than a backbone may lack.
    """
    wanted = {n: w for n, w in model.state_dict().items() if not n.startswith("heads.")}
    missing = tuple(n for n in wanted if n not in source.weights and _MAY_LACK.fullmatch(n))
    needed = {name: w for name, w in wanted.items() if name not in missing}
    if found := differences(source.weights, needed, source.their_name):
        raise CheckpointError(f"does not fit the model's backbone: {found}")
    return missing


def _other_eps(theirs: float | None, ours: float) -> str:
    if theirs is None or theirs == ours:
        return ""
    return f"trained with a layer_norm_eps of {theirs}, the model has {ours}"


def _by(sides: tuple[int, int]) -> str:
    return f"{sides[0]}x{sides[1]}"
