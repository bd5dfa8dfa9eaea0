"""What transformers' VitPose cannot hold."""

from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPoseConfig

FILTERS = 256  # of their classic decoder, always


def refuse(config: ViTPoseConfig, *, experts: bool) -> None:
    """Say why a model cannot be exported, before any work.

    Args:
        config: the model's.
        experts: whether all experts are to be kept.

    Raises:
        CheckpointError: with every reason.
    """
    reasons = _of_the_network(config) + (_of_experts(config) if experts else [])
    if reasons:
        raise CheckpointError(f"transformers cannot hold this model: {'; '.join(reasons)}")


def _of_the_network(config: ViTPoseConfig) -> list[str]:
    size = config.dimensions
    reasons = []
    if config.ratio != 1:
        reasons.append("its patches lie side by side (ratio 1), not overlapping (ratio 2)")
    if config.attention.kind != "full":
        reasons.append(f"its attention is full, not of kind {config.attention.kind!r}")
    if config.knowledge_tokens:
        reasons.append(
            "it takes no token beside the patches', and this one has learned knowledge_tokens: "
            f"{config.knowledge_tokens}, without which it draws other heatmaps (save_model and "
            "export_onnx keep them)"
        )
    if size.convolutions:
        reasons.append("it has no ViTAE convolutions (as size g has)")
    if size.hidden % size.width:
        reasons.append(
            f"its FFN is a whole number of times as wide as its tokens (mlp_ratio), "
            f"not {size.hidden} to {size.width}"
        )
    if config.decoder == "classic" and size.decoder_width > FILTERS:
        reasons.append(f"its classic decoder has {FILTERS} filters, not {size.decoder_width}")
    return reasons


def _of_experts(config: ViTPoseConfig) -> list[str]:
    if config.ffn == "plain":
        return ["a plain ViTPose has no experts: export it with experts=False"]
    if config.ffn != "partially_shared":
        return [f"its experts are partially shared, not {config.ffn}: fold them (experts=False)"]
    if len(config.tasks) == 1:
        return ["it takes one expert for none: fold it (experts=False)"]
    return []
