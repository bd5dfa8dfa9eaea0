"""Every default of a plan beside what Kedro reads for the recipe that it stands for."""

from functools import cache
from pathlib import Path

import pytest
from kedro.config import OmegaConfigLoader

from pipelines.configuration import check_parameters, read_parameters
from pipelines.settings import CONFIG_LOADER_ARGS
from vitpose_plus.cli.plan import plan
from vitpose_plus.planning.estimate import LAST_WORKERS
from vitpose_plus.planning.recipes import Usual, usual

CONF = Path(__file__).resolve().parents[2] / "conf"


@pytest.fixture(scope="module")
def load(tmp_path_factory):
    """An environment as `kedro run` loads it, read once."""
    folder = tmp_path_factory.mktemp("archives")

    @cache
    def read(environment):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("VITPOSE_DATA", str(folder))
            patch.delenv("VITPOSE_PROCESSES", raising=False)
            loader = OmegaConfigLoader(str(CONF), env=environment, **CONFIG_LOADER_ARGS)
            raw = read_parameters(loader)
        return check_parameters(raw, [CONF / "base", CONF / environment])

    return read


def read(experiment, network, recipe, teacher=None):
    """The same figures from the configuration."""
    return Usual(
        tasks=experiment.tasks,
        size=network.size,
        teacher=teacher,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        accumulate=recipe.accumulate,
        validate_every=recipe.validate_every,
        processes=recipe.launch.processes,
        strategy=recipe.launch.strategy,
        recompute=getattr(recipe, "activation_checkpointing", False),
    )


@pytest.mark.parametrize("size", ["s", "b", "l", "h"])
def test_a_training_of_six_sets_is_planned_as_conf_trains_it(load, size):
    conf = load("full" if size == "b" else f"full_{size}")
    assert usual("train", size) == read(conf.vitpose_plus, conf.model, conf.training)


@pytest.mark.parametrize("size", ["s", "b", "l", "h"])
def test_a_training_of_one_set_is_planned_as_conf_trains_it(load, size):
    conf = load("full_coco" if size == "b" else f"full_coco_{size}")
    assert usual("train", size, sets=1) == read(conf.vitpose, conf.model, conf.training)


@pytest.mark.parametrize("environment", ["full", "cloud"])
def test_a_pretraining_is_planned_as_conf_trains_it(load, environment):
    conf = load(environment)
    found = usual("pretrain")
    assert found == read(conf.mae, conf.model, conf.pretraining)
    assert (found.tasks, found.accumulate) == (("coco", "aic"), 2)


def test_a_student_is_planned_as_conf_trains_it(load):
    conf = load("full")
    # The teacher is what `train_vitpose_plus` leaves.
    assert conf.distillation.teacher == conf.vitpose_plus.models / "best"
    planned = read(conf.distilled, conf.student, conf.student_training, conf.model.size)
    assert usual("distill") == planned


def test_six_sets_and_b_are_what_is_planned_where_nothing_is_said():
    assert usual("train") == usual("train", "b", sets=6)
    assert usual("train").size == "b"


def test_the_commands_machines_and_input_are_the_recipes(load):
    conf = load("full")
    defaults = {option.name: option.default for option in plan.params}
    assert defaults["gpus"] == ["h100:8", "a100:8"]
    assert conf.training.launch.processes == usual("train").processes == 8
    assert defaults["input_size"] == "{}x{}".format(*conf.model.input_size)
    assert conf.evaluation.workers == LAST_WORKERS
