import subprocess
import sys

import pytest
from pydantic import TypeAdapter, ValidationError

from vitpose_plus.pretraining.config import MaskedOptimisation, Pretraining, RandomPart


def test_the_defaults_are_the_authors_recipe():
    recipe = Pretraining()
    assert (recipe.epochs, recipe.batch_size, recipe.mask_ratio) == (1600, 4096, 0.75)
    assert recipe.optimisation.rate(4096) == pytest.approx(1.5e-4 * 16)
    assert recipe.optimisation.betas == (0.9, 0.95)
    assert recipe.optimisation.weight_decay == 0.05
    assert recipe.optimisation.clip_norm is None
    assert recipe.normalise_pixels
    model = recipe.model("b", (256, 192))
    assert (model.decoder_width, model.decoder_depth, model.decoder_heads) == (512, 8, 16)


def test_one_changed_setting_leaves_the_recipes_others():
    read = TypeAdapter(Pretraining).validate_python({"optimisation": {"learning_rate": 1e-3}})
    assert read.optimisation == MaskedOptimisation(learning_rate=1e-3)
    assert read.optimisation.schedule == "cosine"


def test_the_warm_up_takes_40_of_1600_epochs():
    from vitpose_plus.engine.schedule import RateCourse

    course = RateCourse.of(Pretraining().optimisation, steps_an_epoch=10, epochs=1600)
    assert course(0) == 0
    assert course(200) == pytest.approx(0.5)
    assert course(400) == pytest.approx(1)
    assert course(401) < 1
    assert course((400 + 16_000) // 2) == pytest.approx(0.5)
    assert course(15_999) < 1e-6


@pytest.mark.parametrize(
    ("wrong", "about"),
    [
        ({"optimisation": {"layer_decay": 0.75}}, "one rate"),
        ({"part": {"area": (0.9, 0.2)}}, "smaller one first"),
        ({"part": {"area": (0.2, 1.5)}}, "shares of a picture"),
        ({"part": {"stretch": (2, 1)}}, "smaller one first"),
        ({"mask_ratio": 1}, "less than 1"),
        ({"maks_ratio": 0.5}, "maks_ratio"),
    ],
)
def test_what_cannot_be_is_refused(wrong, about):
    with pytest.raises(ValidationError, match=about):
        TypeAdapter(Pretraining).validate_python(wrong)


def test_a_part_may_be_all_of_a_picture():
    assert RandomPart(area=(1, 1), stretch=(1, 1)).area == (1, 1)


def test_the_recipe_is_read_without_torch():
    program = "import sys, vitpose_plus.pretraining.job; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
