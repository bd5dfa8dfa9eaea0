import click
import pytest
import yaml

from vitpose_plus.cli.options import InputSizeOption, TasksOption, hints
from vitpose_plus.errors import ConfigurationError

OWN = {"name": "hand", "keypoints": ["wrist", "thumb"], "twins": [], "limbs": [], "sigmas": [1, 1]}


def test_height_comes_before_width():
    assert InputSizeOption().convert("384x288", None, None) == (384, 288)


@pytest.mark.parametrize(
    ("value", "told"),
    [("384", "such as 256x192"), ("384 x 288", "such as"), ("100x100", "multiples of 16")],
)
def test_a_size_that_cannot_be_is_refused(value, told):
    with pytest.raises(click.BadParameter, match=told):
        InputSizeOption().convert(value, None, None)


def test_tasks_are_names_or_files_of_skeletons(tmp_path):
    (tmp_path / "own.yml").write_text(yaml.safe_dump(OWN))
    name, own = TasksOption().convert(f"coco,{tmp_path / 'own.yml'}", None, None)
    assert name == "coco"
    assert (own.name, own.skeleton.keypoints) == ("hand", ("wrist", "thumb"))


def test_a_skeletons_name_must_serve_as_a_tasks(tmp_path):
    (tmp_path / "own.yml").write_text(yaml.safe_dump(OWN | {"name": "my hand"}))
    with pytest.raises(click.BadParameter, match="its name 'my hand'"):
        TasksOption().convert(str(tmp_path / "own.yml"), None, None)
    with pytest.raises(ConfigurationError, match="does not exist"):
        TasksOption().convert("none.yml", None, None)


def test_hints_are_the_keyword_arguments_of_load_model():
    import inspect

    from vitpose_plus.checkpoints import load_model

    @click.command()
    @hints
    def command(**said): ...

    _, *keywords = inspect.signature(load_model).parameters
    assert [option.name for option in command.params] == keywords
