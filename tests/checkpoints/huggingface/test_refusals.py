import pytest

from vitpose_plus.checkpoints.huggingface.refusals import refuse
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import AttentionPattern, Size, Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS


def config(*names, **fields):
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
    return ViTPoseConfig(**({"size": "s", "ffn": "partially_shared"} | fields), tasks=tasks)


def of_size(**numbers):
    usual = {"width": 96, "depth": 2, "heads": 3, "hidden": 384, "expert_width": 24}
    return Size(**(usual | numbers))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"ratio": 2}, "ratio 1.*ratio 2"),
        ({"attention": AttentionPattern(kind="shift_pool", window=(8, 4))}, "'shift_pool'"),
        ({"size": "g"}, "ViTAE convolutions"),
        ({"knowledge_tokens": 1}, "knowledge_tokens: 1.*save_model and export_onnx keep"),
        ({"size": of_size(hidden=400)}, "mlp_ratio.*400 to 96"),
        ({"size": of_size(decoder_width=320)}, "256 filters, not 320"),
    ],
)
def test_a_network_that_transformers_lacks_is_refused(fields, reason):
    with pytest.raises(CheckpointError, match=reason):
        refuse(config("coco", **fields), experts=False)


@pytest.mark.parametrize(
    ("names", "ffn", "reason"),
    [
        (("coco",), "plain", "no experts"),
        (("coco", "aic"), "independent", "partially shared, not independent"),
        (("coco", "aic"), "shared_and_independent", "not shared_and_independent"),
        (("coco",), "partially_shared", "one expert for none"),
    ],
)
def test_experts_that_transformers_lacks_are_refused_unless_folded(names, ffn, reason):
    with pytest.raises(CheckpointError, match=f"{reason}.*experts=False"):
        refuse(config(*names, ffn=ffn), experts=True)
    refuse(config(*names, ffn=ffn), experts=False)


def test_all_reasons_are_told_at_once():
    with pytest.raises(CheckpointError, match=r"ratio 1.*convolutions.*one expert"):
        refuse(config("coco", size="g", ratio=2), experts=True)


def test_the_published_models_are_not_refused():
    for size in ("tiny", "s", "b", "l", "h"):
        refuse(config("coco", "aic", size=size), experts=True)
        refuse(config("coco", size=size, ffn="plain", decoder="simple"), experts=False)
