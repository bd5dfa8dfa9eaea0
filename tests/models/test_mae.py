import copy

import pytest
import torch
from timm.layers import LayerNorm
from timm.models import VisionTransformer
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from vitpose_plus.models import Size
from vitpose_plus.models.mae import MAE, multiply_adds
from vitpose_plus.models.mae_config import MAEConfig
from vitpose_plus.models.mae_masking import to_patches

SMALL = Size(width=48, depth=2, heads=3, hidden=192, expert_width=16)


@pytest.fixture
def make_mae(randomise):
    """A small model whose weights are not near their start."""

    def make(**fields):
        usual = {
            "size": SMALL,
            "input_size": (64, 48),
            "decoder_width": 32,
            "decoder_depth": 2,
            "decoder_heads": 4,
        }
        model = MAE(MAEConfig(**(usual | fields)))
        tables = {name: each.clone() for name, each in model.named_buffers()}
        randomise(model, vectors=0.1, matrices=0.1)
        model.load_state_dict(tables, strict=False)
        return model

    return make


def batch_for(model, size=3):
    height, width = model.config.input_size
    return torch.randn(size, 3, height, width), torch.rand(size, model.config.patches)


def masked_of(model, noise):
    """[B, N] bool, by another way than the model's: counting the lower ones."""
    lower = (noise[:, None, :] < noise[:, :, None]).sum(2)
    return lower >= model.config.visible


def with_noise_in(images, patches, grid):
    """The pictures with the named patches, [B, N] bool, replaced."""
    pixels = patches.unflatten(1, grid).repeat_interleave(16, 1).repeat_interleave(16, 2)
    return torch.where(pixels[:, None], torch.randn_like(images), images)


@pytest.mark.parametrize("normalise", [True, False])
def test_the_loss_looks_at_masked_patches_alone(make_mae, normalise):
    model = make_mae(normalise_pixels=normalise)
    nn.init.zeros_(model.decoder_pred.weight)  # what it predicts no longer depends on the picture
    images, noise = batch_for(model)
    masked = masked_of(model, noise)
    loss = model(images, noise)
    other_visible = with_noise_in(images, ~masked, model.config.grid)
    assert torch.equal(model(other_visible, noise), loss)
    other_masked = with_noise_in(images, masked, model.config.grid)
    assert (model(other_masked, noise) != loss).all()


def test_the_encoder_sees_visible_patches_alone(make_mae):
    model = make_mae()
    images, noise = batch_for(model)
    seen = []
    model.norm.register_forward_hook(lambda *args: seen.append(args[2]))
    masked = masked_of(model, noise)
    for changed in (torch.zeros_like(masked), masked, ~masked):
        model(with_noise_in(images, changed, model.config.grid), noise)
    assert seen[0].shape == (3, 1 + model.config.visible, 48)
    assert torch.equal(seen[0], seen[1])
    assert not torch.allclose(seen[0], seen[2], atol=0.1)


def test_a_samples_loss_does_not_depend_on_its_batch(make_mae):
    model = make_mae()
    images, noise = batch_for(model)
    alone = [model(images[i : i + 1], noise[i : i + 1]) for i in range(3)]
    torch.testing.assert_close(model(images, noise), torch.cat(alone))


def test_nothing_is_drawn_at_random(make_mae):
    model = make_mae().train()
    images, noise = batch_for(model)
    state = torch.get_rng_state()
    assert torch.equal(model(images, noise), model(images, noise))
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(model(images, noise), model(images, 1 - noise))


def test_the_gradient_is_that_of_finite_differences(make_mae):
    model = make_mae().double()
    images, noise = batch_for(model, 2)
    images, parameters = images.double(), list(model.parameters())
    gradient = torch.autograd.grad(model(images, noise).sum(), parameters)
    direction = [torch.randn_like(p) for p in parameters]
    slope = sum((g * d).sum() for g, d in zip(gradient, direction, strict=True))
    step, losses = 1e-6, []
    with torch.no_grad():
        for sign in (1, -1):
            moved = copy.deepcopy(model)
            for p, d in zip(moved.parameters(), direction, strict=True):
                p += sign * step * d
            losses.append(moved(images, noise).sum())
    torch.testing.assert_close((losses[0] - losses[1]) / (2 * step), slope, rtol=1e-6, atol=0)


def test_every_parameter_learns_and_no_table_does(make_mae):
    model = make_mae()
    model(*batch_for(model)).sum().backward()
    assert all(p.grad is not None and p.grad.any() for p in model.parameters())
    assert {name for name, _ in model.named_buffers()} == {"pos_embed", "decoder_pos_embed"}


@pytest.mark.parametrize("normalise", [True, False])
def test_a_reconstruction_keeps_what_is_seen_and_predicts_the_rest(make_mae, normalise):
    model = make_mae(normalise_pixels=normalise)
    images, noise = batch_for(model)
    found = model.reconstruct(images, noise)
    masked = masked_of(model, noise)
    assert torch.equal(found.masked, masked)
    error = (to_patches(found.pictures) - to_patches(images)).square().mean(2)
    assert not error[~masked].any()
    if normalise:
        error = error / to_patches(images).var(2)
    each = error.sum(1) / masked.sum(1)
    torch.testing.assert_close(each, model(images, noise).detach(), rtol=1e-4, atol=0)


def test_names_and_shapes_are_the_authors():
    model = MAE(MAEConfig(size="s", decoder_depth=1))
    shapes = {name: tuple(w.shape) for name, w in model.state_dict().items()}
    block = {
        "norm1.weight": (384,),
        "norm1.bias": (384,),
        "attn.qkv.weight": (1152, 384),
        "attn.qkv.bias": (1152,),
        "attn.proj.weight": (384, 384),
        "attn.proj.bias": (384,),
        "norm2.weight": (384,),
        "norm2.bias": (384,),
        "mlp.fc1.weight": (1536, 384),
        "mlp.fc1.bias": (1536,),
        "mlp.fc2.weight": (384, 1536),
        "mlp.fc2.bias": (384,),
    }
    expected = {f"blocks.{i}.{name}": shape for i in range(12) for name, shape in block.items()}
    wider = {384: 512, 1152: 1536, 1536: 2048}
    expected |= {
        f"decoder_blocks.0.{name}": tuple(wider[side] for side in shape)
        for name, shape in block.items()
    }
    expected |= {
        "cls_token": (1, 1, 384),
        "pos_embed": (1, 193, 384),
        "patch_embed.proj.weight": (384, 3, 16, 16),
        "patch_embed.proj.bias": (384,),
        "norm.weight": (384,),
        "norm.bias": (384,),
        "mask_token": (1, 1, 512),
        "decoder_embed.weight": (512, 384),
        "decoder_embed.bias": (512,),
        "decoder_pos_embed": (1, 193, 512),
        "decoder_norm.weight": (512,),
        "decoder_norm.bias": (512,),
        "decoder_pred.weight": (768, 512),
        "decoder_pred.bias": (768,),
    }
    assert shapes == expected


def test_timm_computes_the_same_features_with_the_encoders_weights(make_mae):
    model = make_mae(mask_ratio=0.01)  # one patch of the twelve is masked
    peer = VisionTransformer(
        img_size=(64, 48),
        embed_dim=48,
        depth=2,
        num_heads=3,
        num_classes=0,
        global_pool="",
        norm_layer=LayerNorm,  # eps 1e-6
    )
    weights = model.state_dict()
    peer.load_state_dict({name: weights[name] for name in peer.state_dict()})
    images = torch.randn(2, 3, 64, 48)
    every = torch.arange(12).expand(2, -1)
    torch.testing.assert_close(
        model.encode(to_patches(images), every), peer(images), rtol=1e-4, atol=1e-4
    )


def test_the_start_is_the_authors():
    model = MAE(MAEConfig(size="s", decoder_depth=1))
    linears = {name: m.weight for name, m in model.named_modules() if isinstance(m, nn.Linear)}
    linears["patch_embed.proj"] = model.patch_embed.proj.weight.flatten(1)
    assert len(linears) == 12 * 4 + 4 + 3
    for name, weight in linears.items():
        bound = (6 / sum(weight.shape)) ** 0.5  # Glorot and Bengio 2010, equation 16
        assert 0.99 * bound < weight.abs().max() <= bound, name
        torch.testing.assert_close(weight.std(), torch.tensor(bound / 3**0.5), rtol=0.02, atol=0)
    biases = [p for n, p in model.named_parameters() if n.endswith("bias") and "patch" not in n]
    assert not any(bias.any() for bias in biases)
    for token in (model.cls_token, model.mask_token):
        torch.testing.assert_close(token.std(), torch.tensor(0.02), rtol=0.2, atol=0)


def test_pictures_and_noise_of_another_size_are_refused(make_mae):
    model = make_mae()
    images, noise = batch_for(model)
    for wrong in [(images[..., :32], noise), (images, noise[:, :-1]), (images[:2], noise)]:
        with pytest.raises(ValueError, match=r"takes \[B, 3, 64, 48\] with \[B, 12\]"):
            model(*wrong)


@pytest.mark.parametrize(
    "config",
    [
        MAEConfig(size="s"),
        MAEConfig(size="b", mask_ratio=0.5, decoder_depth=1),
        MAEConfig(size="tiny", input_size=(128, 96), decoder_width=96, decoder_heads=3),
    ],
)
def test_multiply_adds_are_those_that_pytorch_counts(config):
    with torch.device("meta"):
        model = MAE(config)
        images, noise = batch_for(model, 1)
    with FlopCounterMode(display=False) as counted:
        model(images, noise)
    assert 2 * multiply_adds(config) == counted.get_total_flops()
