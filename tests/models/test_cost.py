import pytest

from vitpose_plus.checkpoints.tasks import OFFICIAL_ORDER
from vitpose_plus.models import AttentionPattern, Task, ViTPose, ViTPoseConfig
from vitpose_plus.models.cost import count
from vitpose_plus.skeletons import SKELETONS

TOKENS = 16 * 12
EVERY_FFN = ["plain", "partially_shared", "independent", "shared_and_independent"]


def config(*names, **fields):
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in names)
    return ViTPoseConfig(**({"size": "tiny", "ffn": "plain"} | fields), tasks=tasks)


def attention_products(depth, width, tokens=TOKENS):
    return depth * 2 * tokens**2 * width


def classic_decoder(width, keypoints, filters=256):
    up = TOKENS * width * filters * 16 + 4 * TOKENS * filters * filters * 16
    return up + 16 * TOKENS * filters * keypoints


@pytest.mark.parametrize(
    ("size", "depth", "width"), [("s", 12, 384), ("b", 12, 768), ("l", 24, 1024), ("h", 32, 1280)]
)
def test_multiply_adds_are_those_of_the_formula(size, depth, width):
    cost = count(config("coco", size=size))
    linears = depth * 12 * width**2 * TOKENS
    patches = TOKENS * 3 * 16 * 16 * width
    assert cost.backbone == patches + linears + attention_products(depth, width)
    assert cost.decoder == classic_decoder(width, 17)
    assert cost.flops == 2 * (cost.backbone + cost.decoder)


@pytest.mark.parametrize(
    ("size", "depth", "width", "published"), [("l", 24, 1024, 59.8e9), ("h", 32, 1280, 122.8e9)]
)
def test_the_papers_figures_leave_out_attentions_products(size, depth, width, published):
    cost = count(config("coco", size=size))
    without = cost.multiply_adds - attention_products(depth, width)
    assert without == pytest.approx(published, rel=1e-3)


def test_the_papers_figure_of_b_is_the_backbones():
    assert count(config("coco", size="b")).backbone == pytest.approx(17.1e9, rel=1e-3)


@pytest.mark.parametrize("ffn", EVERY_FFN)
@pytest.mark.parametrize("fields", [{}, {"decoder": "simple"}, {"ratio": 2, "attention": "pool"}])
def test_the_parts_add_up_to_every_parameter(ffn, fields):
    if "attention" in fields:
        fields = fields | {"attention": AttentionPattern(kind="pool", window=(8, 8))}
    chosen = config("coco", "coco_wholebody", ffn=ffn, **fields)
    parts = count(chosen).parameters
    assert parts.total == sum(p.numel() for p in ViTPose(chosen).parameters())
    assert (parts.experts > 0) == (ffn != "plain")
    assert (parts.ffn > 0) == (ffn != "independent")
    assert parts.decoders["coco_wholebody"] > parts.decoders["coco"] > 0


def test_convolutions_beside_the_attention_are_counted():
    parts = count(config("coco", size="g")).parameters
    width, inside = 1408, 4 * 1408
    # Kernels of 3x3 over 4 and 16 channels a group, biases, BatchNorm.
    kernels = inside * 4 * 9 + width * 16 * 9
    assert parts.convolutions == 40 * (kernels + inside + width + 2 * inside)
    assert parts.total > 1e9


def test_only_the_named_tasks_expert_and_decoder_run():
    six = config(*OFFICIAL_ORDER, ffn="partially_shared")
    one = config("coco", ffn="plain")
    assert count(six).multiply_adds == count(one).multiply_adds
    wholebody = count(six, "coco_wholebody")
    assert wholebody.task == "coco_wholebody"
    assert wholebody.backbone == count(six).backbone
    assert wholebody.decoder - count(six).decoder == 16 * TOKENS * 64 * (133 - 17)


def test_the_input_size_counts():
    small, large = count(config("coco")), count(config("coco", input_size=(384, 288)))
    # A bit more than the pixels: attention's products grow with their square.
    assert 2.25 < large.backbone / small.backbone < 2.25**2


def test_windows_cost_less_than_full_attention():
    full = count(config("coco", ratio=2))
    window = count(config("coco", ratio=2, attention=AttentionPattern(kind="window")))
    saved = attention_products(6, 192, 4 * TOKENS) * (1 - 64 / (4 * TOKENS))
    # What it saves is less by the products with relative positions.
    assert 0.8 * saved < full.backbone - window.backbone < saved


def test_an_unknown_task_is_named():
    with pytest.raises(KeyError, match="serves coco"):
        count(config("coco"), "mpii")


def test_a_knowledge_token_costs_as_much_as_any_token():
    plain, told = (count(config("coco", size="s", knowledge_tokens=t)) for t in (0, 2))
    products = attention_products(12, 384, TOKENS + 2) - attention_products(12, 384, TOKENS)
    assert told.backbone - plain.backbone == 2 * 12 * 12 * 384**2 + products
    assert told.decoder == plain.decoder
    assert (plain.parameters.knowledge, told.parameters.knowledge) == (0, 2 * 384)
    assert told.parameters.total == plain.parameters.total + 2 * 384
    built = ViTPose(config("coco", size="s", knowledge_tokens=2))
    assert told.parameters.total == sum(p.numel() for p in built.parameters())
