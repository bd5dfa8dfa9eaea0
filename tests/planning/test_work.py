import pytest

from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.planning.counts import Counts
from vitpose_plus.planning.work import Network, Recipe, Work, plan_work
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.objective import PoseObjective

COCO = Counts("coco", 1000, 100, "a test")
NETWORK = Network("toy", parameters=10, norms=(), multiply_adds=7, scored_multiply_adds=5)


def recipe(**fields):
    usual = {"kind": "train", "size": "s", "epochs": 3, "batch_size": 64, "validate_every": 2}
    return Recipe(**(usual | fields))


def by_hand(width, depth, hidden, tokens, keypoints, filters=256):
    """Multiply-adds of a ViTPose at 256x192, layer by layer."""
    patches = tokens * 3 * 16 * 16 * width
    block = 4 * tokens * width**2 + 2 * tokens**2 * width + 2 * tokens * width * hidden
    # A transposed convolution: each value goes to 4 x 4 places.
    first, second = (t * i * filters * 16 for t, i in ((tokens, width), (4 * tokens, filters)))
    return patches + depth * block + first + second + 16 * tokens * filters * keypoints


@pytest.mark.parametrize(
    ("size", "layers"), [("s", (384, 12, 1536)), ("b", (768, 12, 3072)), ("h", (1280, 32, 5120))]
)
def test_the_arithmetic_is_that_of_the_layers(size, layers):
    work = plan_work(recipe(size=size), [COCO])
    assert work.network.multiply_adds == by_hand(*layers, tokens=192, keypoints=17)
    assert work.flops_a_sample == 6 * work.network.multiply_adds


def test_a_plan_counts_a_sample_as_the_training_itself_does(make_model):
    work = plan_work(recipe(size="tiny", input_size=(64, 48)), [COCO, Counts("mpii", 9, 9, "")])
    model = make_model("coco", "mpii")
    assert work.network.multiply_adds == PoseObjective(model, []).multiply_adds
    assert work.network.parameters == sum(p.numel() for p in model.parameters())
    assert work.network.norms == (64, 64, 64, 64)
    assert work.network.name == "ViTPose+-TINY"


def test_a_teacher_adds_one_forward_pass_to_the_students_three():
    alone = plan_work(recipe(size="tiny"), [COCO])
    taught = plan_work(recipe(kind="distill", size="tiny", teacher="s"), [COCO])
    teacher = plan_work(recipe(size="s"), [COCO])
    passes = 3 * alone.network.multiply_adds + teacher.network.multiply_adds
    assert 3 * taught.network.multiply_adds == pytest.approx(passes, abs=3)
    assert taught.network.scored_multiply_adds == alone.network.multiply_adds
    assert taught.network.parameters == alone.network.parameters


def test_the_auto_encoders_encoder_sees_a_quarter_of_the_patches():
    from vitpose_plus.models.mae import MAE
    from vitpose_plus.models.mae_config import MAEConfig
    from vitpose_plus.pretraining.objective import MaskedObjective

    config = MAEConfig(size="tiny", input_size=(64, 48))
    work = plan_work(recipe(kind="pretrain", size="tiny", input_size=(64, 48)), [COCO])
    assert work.network.multiply_adds == MaskedObjective(MAE(config), []).multiply_adds
    assert work.network.norms == ()
    assert work.scored == 2 * 100  # epochs 2 and 3
    assert work.scored_last == 0


def test_an_epochs_last_batch_is_filled_up():
    work = Work(recipe(), NETWORK, (COCO,))
    assert (work.steps, work.samples) == (3 * 16, 3 * 16 * 64)
    assert work.training_flops == 3072 * 6 * 7


@pytest.mark.parametrize(("every", "scorings"), [(1, 3), (2, 2), (3, 1), (5, 1)])
def test_the_last_epoch_is_scored_too_and_the_result_twice(every, scorings):
    work = Work(recipe(validate_every=every), NETWORK, (COCO,))
    assert work.scored == 100 * scorings
    assert work.scoring_flops == work.scored * 2 * 5
    assert work.last_flops == 2 * 100 * 2 * 5


def test_what_is_computed_twice_is_a_third_more():
    twice = Work(recipe(recompute=True), NETWORK, (COCO,))
    assert 3 * twice.repeated_flops == twice.training_flops
    assert Work(recipe(), NETWORK, (COCO,)).repeated_flops == 0


def test_a_data_set_of_ones_own_is_planned_too():
    work = plan_work(recipe(size="tiny"), [Counts("mine", 10, 0, "--data")])
    tasks = (Task(name="coco", skeleton=SKELETONS["coco"]),)
    config = ViTPoseConfig(size="tiny", ffn="plain", tasks=tasks)
    from vitpose_plus.models.cost import mean_multiply_adds

    assert work.network.multiply_adds == mean_multiply_adds(config)
