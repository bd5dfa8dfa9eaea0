"""A setting that nothing reads is a defect: every field of a recipe is looked up by the code."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from vitpose_plus.engine.config import Launch, Optimisation, Run
from vitpose_plus.geometry import Augmentation, SetAugmentation
from vitpose_plus.training.config import Freeze, Sampling, Start, Training

PROJECT = Path(__file__).resolve().parents[2]
# What the code calls an object of each class.
NAMES = {
    Optimisation: {"optimisation"},
    Launch: {"launch"},
    Run: {"run", "training"},
    Training: {"run", "training"},
    Freeze: {"parts", "freeze"},
    Start: {"start"},
    Sampling: {"sampling"},
    Augmentation: {"augmentation"},
    SetAugmentation: {"own", "augmentation", "_own"},
}


def lookups(tree):
    """(object's name, attribute) of each `….object.attribute` and `object.attribute`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            holder = node.value
            name = getattr(holder, "attr", None) or getattr(holder, "id", None)
            yield name, node.attr


@pytest.fixture(scope="module")
def looked_up():
    files = [*(PROJECT / "src").rglob("*.py"), *(PROJECT / "pipelines").rglob("*.py")]
    return {found for file in files for found in lookups(ast.parse(file.read_text()))}


@pytest.fixture(scope="module")
def own_methods():
    """(class, attribute that its own methods look up in themselves, the method)."""
    found = set()
    for file in (PROJECT / "src").rglob("config.py"):
        for node in ast.parse(file.read_text()).body:
            if isinstance(node, ast.ClassDef):
                for method in (m for m in node.body if isinstance(m, ast.FunctionDef)):
                    own = {key for name, key in lookups(method) if name == "self"}
                    found |= {(node.name, key, method.name) for key in own}
    return found


CASES = [(cls, field.name) for cls in NAMES for field in fields(cls)]


@pytest.mark.parametrize(
    ("cls", "name"), CASES, ids=[f"{cls.__name__}.{name}" for cls, name in CASES]
)
def test_a_setting_is_looked_up(cls, name, looked_up, own_methods):
    directly = {(holder, name) for holder in NAMES[cls]} & looked_up
    classes = {each.__name__ for each in cls.__mro__}
    # Checks begin with an underscore: they judge a setting and do nothing with it.
    through = [
        method
        for owner, key, method in own_methods
        if owner in classes and key == name and not method.startswith("_")
        if any((holder, method) in looked_up for holder in NAMES[cls])
    ]
    assert directly or through, f"nothing reads {cls.__name__}.{name}"


def test_this_test_finds_what_nothing_reads(looked_up):
    assert not {("optimisation", "decay_multi"), ("training", "frozen_stages")} & looked_up
