import click
import pytest

from vitpose_plus.cli.family import is_member, member
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import SIZES


@pytest.mark.parametrize("size", SIZES)
def test_every_size_is_a_vitpose_and_with_a_plus_a_vitpose_plus(size):
    assert is_member(size)
    assert is_member(f"{size}+")
    plain, plus = member(size).config, member(f"{size}+").config
    assert (plain.size, plain.ffn, len(plain.tasks)) == (size, "plain", 1)
    assert (plus.size, plus.ffn, len(plus.tasks)) == (size, "partially_shared", 6)


def test_other_names_are_no_members():
    assert not is_member("vitpose-s")
    assert not is_member("s++")


def test_tasks_input_size_and_ratio_may_be_others():
    config = member("b+", tasks=["aic", "mpii"], input_size=(384, 288), ratio=2).config
    assert [task.name for task in config.tasks] == ["aic", "mpii"]
    assert (config.input_size, config.grid) == ((384, 288), (48, 36))


def test_a_size_states_its_heads():
    with pytest.raises(click.UsageError, match="size s states its own"):
        member("s", heads=6)


def test_an_unknown_task_is_refused():
    with pytest.raises(CheckpointError, match="no built-in set 'hands'"):
        member("s", tasks=["hands"])
