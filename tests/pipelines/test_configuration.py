"""Every file under conf/ is read, and a wrong one is explained."""

from pathlib import Path

import pytest
import yaml
from kedro.config import OmegaConfigLoader

from pipelines.configuration import check_parameters, read_parameters
from pipelines.settings import CONFIG_LOADER_ARGS
from vitpose_plus.errors import ConfigurationError

CONF = Path(__file__).resolve().parents[2] / "conf"
RECIPE, DATA = "parameters.yml", "parameters_data.yml"
ENVIRONMENTS = sorted(
    p.name for p in CONF.iterdir() if p.is_dir() and p.name not in {"base", "local"}
)


def load(conf, environment):
    return read_parameters(OmegaConfigLoader(str(conf), env=environment, **CONFIG_LOADER_ARGS))


@pytest.fixture
def conf(tmp_path):
    """A copy of conf/ whose sample's files may be spoilt: a function of (change, file)."""
    import shutil

    shutil.copytree(CONF, tmp_path / "conf")

    def spoil(change, file=RECIPE):
        path = tmp_path / "conf" / "sample" / file
        content = yaml.safe_load(path.read_text())
        change(content)
        path.write_text(yaml.safe_dump(content))
        folders = [tmp_path / "conf" / "base", tmp_path / "conf" / "sample"]
        return load(tmp_path / "conf", "sample"), folders

    return spoil


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_is_valid(environment, monkeypatch):
    monkeypatch.setenv("VITPOSE_DATA", "/data")
    parameters = check_parameters(load(CONF, environment), [CONF / "base", CONF / environment])
    assert set(parameters.vitpose_plus.tasks) <= set(parameters.data.datasets)


def test_a_misspelt_key_is_named_with_its_file_and_a_suggestion(conf):
    raw, folders = conf(lambda c: c["training"]["optimisation"].update(learing_rate=1.0))
    with pytest.raises(ConfigurationError) as error:
        check_parameters(raw, folders)
    message = str(error.value)
    assert "sample/parameters.yml: training.optimisation.learing_rate" in message
    assert "did you mean learning_rate?" in message


def test_a_wrong_type_shows_what_was_found(conf):
    raw, folders = conf(lambda c: c["training"].update(epochs="three"))
    with pytest.raises(ConfigurationError, match=r"training\.epochs: .*integer.*'three'"):
        check_parameters(raw, folders)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": {"attention": {"kind": "window"}}}, "does not tile the grid of"),
        ({"training": {"freeze": {"blocks": 7}}}, "size tiny has 6 blocks"),
    ],
)
def test_what_no_model_can_be_is_refused_before_any_data_is_read(conf, change, said):
    def spoil(content):
        for part, keys in change.items():
            content[part].update(keys)

    with pytest.raises(ConfigurationError, match=said):
        check_parameters(*conf(spoil))


def test_a_missing_part_is_named(conf):
    raw, folders = conf(lambda c: c["data"]["datasets"]["coco"].pop("layout"), DATA)
    with pytest.raises(
        ConfigurationError,
        match=r"sample/parameters_data.yml: data\.datasets\.coco\.layout: missing",
    ):
        check_parameters(raw, folders)


def test_a_task_without_a_data_set_is_refused(conf):
    raw, folders = conf(lambda c: c.update(vitpose_plus={"tasks": ["coco", "jump"]}))
    with pytest.raises(
        ConfigurationError, match=r"vitpose_plus\.tasks: jump not under data\.datasets"
    ):
        check_parameters(raw, folders)


def test_all_faults_are_told_at_once(conf):
    def spoil(content):
        content["training"].update(epoch=3, batch_size=0)

    raw, folders = conf(spoil)
    with pytest.raises(ConfigurationError) as error:
        check_parameters(raw, folders)
    # The sample's student learns by the same recipe.
    assert len(str(error.value).splitlines()) == 5


def test_an_unset_environment_variable_is_named(monkeypatch):
    monkeypatch.delenv("VITPOSE_DATA", raising=False)
    with pytest.raises(ConfigurationError, match="VITPOSE_DATA"):
        load(CONF, "full")


def test_a_file_that_is_no_yaml_is_named(tmp_path):
    for name in ("base", "broken"):
        (tmp_path / name).mkdir()
    (tmp_path / "broken" / "parameters.yml").write_text("a: [1\nb: 2\n")
    with pytest.raises(ConfigurationError, match=r"broken.parameters\.yml"):
        load(tmp_path, "broken")


@pytest.mark.parametrize(
    ("file", "spoil", "message"),
    [
        (
            RECIPE,
            lambda c: c["model"].update(input_size=[130, 96]),
            r"model\.input_size: .*multiples of 16",
        ),
        (
            DATA,
            lambda c: c["data"]["datasets"]["coco"]["splits"].pop("val"),
            r"coco\.splits: val is missing",
        ),
        (
            RECIPE,
            lambda c: c.update(vitpose_plus={"tasks": ["coco", "coco"]}),
            "a task stands twice",
        ),
    ],
)
def test_what_would_fail_after_ingestion_fails_before_it(conf, file, spoil, message):
    raw, folders = conf(spoil, file)
    with pytest.raises(ConfigurationError, match=message):
        check_parameters(raw, folders)


@pytest.mark.parametrize("environment", ["sample", "real_mini", "lspet"])
def test_a_student_learns_at_the_rate_that_its_file_says(environment, monkeypatch):
    monkeypatch.setenv("VITPOSE_DATA", "/data")
    parameters = check_parameters(load(CONF, environment), [])
    rates = [
        recipe.optimisation.rate(recipe.batch_size)
        for recipe in (parameters.training, parameters.student_training)
    ]
    assert rates[0] == rates[1] == parameters.training.optimisation.learning_rate
