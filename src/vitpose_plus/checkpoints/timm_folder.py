"""What the name of a timm architecture tells that shapes do not."""

import torch


def heads_of_architecture(name: str) -> int | None:
    """Attention heads, or None where timm knows no vision transformer of this name."""
    import timm
    from timm.models import VisionTransformer

    if not timm.is_model(name):
        return None
    with torch.device("meta"):
        model = timm.create_model(name)
    if not isinstance(model, VisionTransformer):
        return None
    return getattr(getattr(model.blocks[0], "attn", None), "num_heads", None)
