import re

import numpy as np
import pytest
import torch

from vitpose_plus.checkpoints.huggingface import export_huggingface


def code_of(card: str) -> str:
    found = re.search(r"```python\n(.*?)```", card, flags=re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("experts", [False, True])
def test_the_lines_of_the_card_run(make_random, tmp_path, monkeypatch, experts):
    model = make_random("coco", "aic")
    export_huggingface(model, tmp_path / "out", "aic", experts=experts)
    monkeypatch.chdir(tmp_path)
    picture = np.random.default_rng(0).integers(0, 255, (120, 100, 3), np.uint8)
    names = {"picture": picture, "boxes": [[[20.0, 20.0, 50.0, 80.0], [5.0, 5.0, 60.0, 60.0]]]}
    exec(code_of((tmp_path / "out" / "README.md").read_text()), names)
    assert [pose["keypoints"].shape for pose in names["poses"][0]] == [(14, 2), (14, 2)]
    expected = model(names["inputs"].pixel_values, "aic")
    torch.testing.assert_close(names["outputs"].heatmaps, expected, rtol=1e-4, atol=1e-4)


def test_the_card_says_what_it_finds(make_random, tmp_path):
    export_huggingface(make_random("coco", "aic"), tmp_path / "out", "aic", experts=True)
    card = (tmp_path / "out" / "README.md").read_text()
    assert "# ViTPose+ for `aic`" in card
    assert (
        "14 keypoints" in card
        and "64 pixels high and 48 wide" in card
        and "head_top, neck." in card
    )
    assert "experts of `coco`, `aic`" in card and "`dataset_index` is 1" in card
