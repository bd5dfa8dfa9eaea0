from dataclasses import replace

import pytest
import torch

from vitpose_plus.checkpoints.huggingface.padding import pad_decoder
from vitpose_plus.models.folding import with_weights


def test_a_padded_decoder_draws_the_same(make_random, same_heatmaps):
    model = make_random("coco", ffn="plain")
    wide = replace(model.config, size=replace(model.config.dimensions, decoder_width=256))
    padded = with_weights(wide, pad_decoder(model.state_dict())).eval()
    same_heatmaps(padded, model, "coco")


@pytest.mark.parametrize("fields", [{"decoder": "simple"}, {"size": "s"}])
def test_a_decoder_that_fits_is_left_alone(make_random, fields):
    weights = make_random("coco", ffn="plain", **fields).state_dict()
    padded = pad_decoder(weights)
    assert all(torch.equal(padded[name], weight) for name, weight in weights.items())
