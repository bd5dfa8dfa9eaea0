"""The same weights, pictures and noise in transformers' ViTMAE, an independent implementation."""

import pytest
import torch

from vitpose_plus.models import Size
from vitpose_plus.models.mae import MAE
from vitpose_plus.models.mae_config import MAEConfig

transformers = pytest.importorskip("transformers")

SHAPES = [((64, 64), True), ((64, 64), False), ((96, 64), True)]
BATCH = 16  # from here on PyTorch gives convolutions to oneDNN whatever the number of threads


class AnyShape(transformers.ViTMAEForPreTraining):
    """Theirs refuses rectangles in one place only, and need not."""

    def patchify(self, pixel_values, interpolate_pos_encoding=False):
        return super().patchify(pixel_values, interpolate_pos_encoding=True)


def their_names(tensors):
    """Tensors of our names by theirs, whose queries, keys and values are three."""
    theirs = {}
    for name, tensor in tensors.items():
        if name.startswith("decoder_blocks."):
            name = name.replace("decoder_blocks.", "decoder.decoder_layers.")
        elif name.startswith(("decoder_", "mask_token")):
            name = "decoder." + name
        elif name.startswith("blocks."):
            name = name.replace("blocks.", "vit.layers.")
        elif name.startswith("norm."):
            name = "vit.layernorm." + name.removeprefix("norm.")
        else:
            name = "vit.embeddings." + name
        for ours, other in {
            "patch_embed.proj": "patch_embeddings.projection",
            "embeddings.pos_embed": "embeddings.position_embeddings",
            "norm1": "layernorm_before",
            "norm2": "layernorm_after",
            "attn.proj": "attention.o_proj",
            "attn.qkv": "attention.qkv",
        }.items():
            name = name.replace(ours, other)
        if "qkv" in name:
            for letter, part in zip("qkv", tensor.chunk(3), strict=True):
                theirs[name.replace("qkv", f"{letter}_proj")] = part
        else:
            theirs[name] = tensor
    return theirs


def pair(input_size, normalise, randomise):
    size = Size(width=48, depth=2, heads=3, hidden=96, expert_width=16)
    config = MAEConfig(
        size=size,
        input_size=input_size,
        decoder_width=32,
        decoder_depth=2,
        decoder_heads=4,
        normalise_pixels=normalise,
    )
    model = randomise(MAE(config), vectors=0.1, matrices=0.1)
    peer = AnyShape(
        transformers.ViTMAEConfig(
            hidden_size=48,
            num_hidden_layers=2,
            num_attention_heads=3,
            intermediate_size=96,
            layer_norm_eps=1e-6,
            image_size=64,
            decoder_hidden_size=32,
            decoder_num_hidden_layers=2,
            decoder_num_attention_heads=4,
            decoder_intermediate_size=128,
            norm_pix_loss=normalise,
        )
    )
    peer.vit.embeddings.image_size = input_size
    for module, table in [
        (peer.vit.embeddings, "position_embeddings"),
        (peer.decoder, "decoder_pos_embed"),
    ]:
        empty = torch.empty(1, 1 + config.patches, getattr(module, table).shape[2])
        setattr(module, table, torch.nn.Parameter(empty, requires_grad=False))
    peer.load_state_dict(their_names(model.state_dict()))
    return model, peer, torch.randn(BATCH, 3, *input_size), torch.rand(BATCH, config.patches)


@pytest.mark.parametrize(("input_size", "normalise"), SHAPES)
def test_loss_and_gradients_are_transformers(input_size, normalise, randomise):
    model, peer, images, noise = pair(input_size, normalise, randomise)
    loss, expected = model(images, noise).mean(), peer(images, noise=noise).loss
    torch.testing.assert_close(loss, expected, rtol=1e-5, atol=0)
    loss.backward()
    expected.backward()
    ours = their_names({name: p.grad for name, p in model.named_parameters()})
    theirs = {name: p.grad for name, p in peer.named_parameters() if p.requires_grad}
    assert ours.keys() == theirs.keys()
    for name, gradient in theirs.items():
        if name.endswith("k_proj.bias"):  # zero but for rounding: softmax ignores it
            continue
        assert (ours[name] - gradient).norm() < 1e-4 * gradient.norm(), name


@pytest.mark.parametrize(("input_size", "normalise"), SHAPES)
def test_the_reconstruction_is_transformers(input_size, normalise, randomise):
    model, peer, images, noise = pair(input_size, normalise, randomise)
    with torch.no_grad():
        theirs = peer(images, noise=noise)
    whole = peer.patchify(images)
    guess = theirs.logits
    if normalise:
        deviation = (whole.var(dim=2, keepdim=True) + 1e-6).sqrt()
        guess = guess * deviation + whole.mean(dim=2, keepdim=True)
    masked = theirs.mask.bool()
    expected = peer.unpatchify(torch.where(masked[..., None], guess, whole), input_size)
    found = model.reconstruct(images, noise)
    assert torch.equal(found.masked, masked)
    torch.testing.assert_close(found.pictures, expected, rtol=1e-4, atol=1e-4)


def test_in_bfloat16_it_errs_no_more_than_transformers(randomise):
    model, peer, images, noise = pair((64, 64), True, randomise)
    calls = {
        "ours": lambda: model(images, noise).mean(),
        "theirs": lambda: peer(images, noise=noise).loss,
    }
    networks = {"ours": model, "theirs": peer}
    exact = torch.autograd.grad(calls["ours"](), list(model.parameters()))
    exact = their_names(dict(zip(dict(model.named_parameters()), exact, strict=True)))
    errors = {}
    for whose, loss in calls.items():
        with torch.autocast("cpu", torch.bfloat16):
            value = loss()
        value.backward()
        found = {name: p.grad for name, p in networks[whose].named_parameters() if p.requires_grad}
        found = their_names(found) if whose == "ours" else found
        errors[whose] = sum((found[n] - exact[n]).square().sum().item() for n in exact) ** 0.5
    assert 0 < errors["ours"] < 1.2 * errors["theirs"]
