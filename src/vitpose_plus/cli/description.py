"""What a checkpoint is and costs, as aligned text and as plain data."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from vitpose_plus.checkpoints import Inspection
from vitpose_plus.models import Size, ViTPoseConfig
from vitpose_plus.models.cost import Cost, Parameters

_LABEL = 14


def as_dict(found: Inspection, cost: Cost) -> dict[str, Any]:
    """For JSON: sizes are (height, width) or (rows, columns), parameters and FLOPs are counts."""
    config, parameters = found.config, cost.parameters
    return {
        "format": found.format,
        "size": config.size if isinstance(config.size, str) else None,
        "dimensions": asdict(config.dimensions),
        "input_size": config.input_size,
        "ratio": config.ratio,
        "grid": config.grid,
        "heatmap_size": config.heatmap_size,
        "attention": asdict(config.attention),
        "ffn": config.ffn,
        "knowledge_tokens": config.knowledge_tokens,
        "decoder": config.decoder,
        "layer_norm_eps": config.layer_norm_eps,
        "tasks": {task.name: len(task.skeleton) for task in config.tasks},
        "parameters": asdict(parameters) | {"total": parameters.total},
        "compute": {
            "task": cost.task,
            "backbone_multiply_adds": cost.backbone,
            "decoder_multiply_adds": cost.decoder,
            "multiply_adds": cost.multiply_adds,
            "flops": cost.flops,
        },
        "left_out": found.left_out,
    }


def as_text(found: Inspection, cost: Cost) -> str:
    """For people: a paragraph each for the model, its parameters, its arithmetic, the rest."""
    paragraphs = [_model(found), _parameters(cost.parameters), _compute(cost)]
    if found.left_out:
        paragraphs.append(_left_out(found.left_out))
    return "\n\n".join("\n".join(lines) for lines in paragraphs)


def _model(found: Inspection) -> list[str]:
    config = found.config
    (height, width), (rows, columns) = config.input_size, config.grid
    first, *others = (f"{t.name:<16}{len(t.skeleton):>3} keypoints" for t in config.tasks)
    patches = "overlapping by half" if config.ratio == 2 else "side by side"
    beside = f", {config.knowledge_tokens} of knowledge" if config.knowledge_tokens else ""
    return [
        _row("format", found.format),
        _row("size", _size(config)),
        _row("input", f"{height} x {width} pixels (height x width)"),
        _row("tokens", f"{rows} x {columns}, patches {patches}{beside}"),
        _row("heatmaps", "{} x {}".format(*config.heatmap_size)),
        _row("attention", _attention(config)),
        _row("FFN", _ffn(config)),
        _row("decoder", _decoder(config)),
        _row("tasks", first),
        *(_row("", other) for other in others),
    ]


def _parameters(parts: Parameters) -> list[str]:
    rows = [("backbone", parts.backbone)]
    rows += [(f"  {name}", count) for name, count in _of_backbone(parts) if count]
    rows += [(f"decoder {name}", count) for name, count in parts.decoders.items()]
    return [
        _row("parameters", f"{_millions(parts.total)} M"),
        *(
            f"  {name:<24}{_millions(count):>10} M{count / parts.total:>8.1%}"
            for name, count in rows
        ),
    ]


def _of_backbone(parts: Parameters) -> Iterator[tuple[str, int]]:
    yield "embeddings", parts.embeddings
    yield "knowledge tokens", parts.knowledge
    yield "attention", parts.attention
    yield ("shared FFN" if parts.experts else "FFN"), parts.ffn
    yield "experts", parts.experts
    yield "convolutions", parts.convolutions
    yield "norms", parts.norms


def _compute(cost: Cost) -> list[str]:
    rows = (("backbone", cost.backbone), ("decoder", cost.decoder), ("both", cost.multiply_adds))
    return [
        _row("compute", f"of one picture, task {cost.task}; 1 multiply-add = 2 FLOPs"),
        *(
            f"  {name:<12}{macs / 1e9:>10.3f} GMACs{macs / 5e8:>10.3f} GFLOPs"
            for name, macs in rows
        ),
    ]


def _left_out(left_out: dict[str, str]) -> list[str]:
    reasons = Counter(left_out.values()).most_common()
    rows = (f"  {count:>5}  {reason}" for reason, count in reasons)
    return [_row("left out", f"{len(left_out)} tensors of the checkpoint"), *rows]


def _size(config: ViTPoseConfig) -> str:
    size: Size = config.dimensions
    name = config.size if isinstance(config.size, str) else "none of the family's"
    return f"{name}: width {size.width}, depth {size.depth}, {size.heads} heads" + (
        ", ViTAE's convolutions" if size.convolutions else ""
    )


def _attention(config: ViTPoseConfig) -> str:
    pattern = config.attention
    if pattern.kind == "full":
        return "full"
    return "{}, windows of {} x {} tokens".format(pattern.kind, *pattern.window)


def _ffn(config: ViTPoseConfig) -> str:
    size = config.dimensions
    own = f", {size.expert_width} channels a task's own"
    return f"{config.ffn.replace('_', ' ')}, {size.hidden} wide inside" + (
        own if config.ffn == "partially_shared" else ""
    )


def _decoder(config: ViTPoseConfig) -> str:
    filters = f", {config.dimensions.decoder_width} filters" if config.decoder == "classic" else ""
    return config.decoder + filters


def _millions(count: int) -> str:
    return f"{count / 1e6:.3f}"


def _row(label: str, value: str) -> str:
    return f"{label:<{_LABEL}}{value}"
