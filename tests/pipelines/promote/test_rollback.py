import mlflow
import pytest

from pipelines.parameters import Promotion
from pipelines.promote.record import DECISION
from pipelines.promote.registry import Registry
from pipelines.rollback.nodes import roll_back
from vitpose_plus.errors import ConfigurationError


@pytest.fixture
def roll(registry):
    """Roll back in an MLflow run, as the pipeline does."""

    def once():
        with mlflow.start_run():
            roll_back(Promotion(registered_model=registry.name))

    return once


@pytest.fixture
def three_champions(registry, open_version):
    for _ in range(3):
        registry.tag(open_version().number, {DECISION: "promoted"})
        registry.settle()
    return registry


def champion(registry):
    return registry.aliases().get("champion")


def test_the_former_champion_comes_back_and_a_second_time_the_one_before(
    three_champions, roll, capsys
):
    roll()
    assert champion(three_champions) == 2
    assert "version 3 is withdrawn, version 2 is champion" in capsys.readouterr().out
    roll()
    assert champion(three_champions) == 1
    assert "Behind it stands nobody" in capsys.readouterr().out


def test_the_last_champion_stays_and_that_is_said(three_champions, roll):
    roll()
    roll()
    with pytest.raises(ConfigurationError, match="none was before it"):
        roll()
    assert champion(three_champions) == 1


def test_without_a_champion_there_is_nothing_to_roll_back(registry, roll, open_version):
    with pytest.raises(ConfigurationError, match="no champion"):
        roll()
    registry.tag(open_version().number, {DECISION: "refused"})
    with pytest.raises(ConfigurationError, match="no champion"):
        roll()


def test_a_promotion_killed_before_its_alias_is_finished_not_withdrawn(
    three_champions, roll, open_version, capsys
):
    three_champions.tag(open_version().number, {DECISION: "promoted"})  # and killed here
    roll()
    assert champion(three_champions) == 4
    assert "Nothing was withdrawn" in capsys.readouterr().out
    roll()
    assert champion(three_champions) == 3


def test_an_alias_that_was_moved_back_by_hand_is_agreed_to(three_champions, roll):
    client = three_champions.client
    client.set_registered_model_alias(three_champions.name, "champion", "1")
    roll()
    assert champion(three_champions) == 1
    assert not three_champions.moved_by_hand()
    assert three_champions.settle().champion.number == 1


def test_a_promotion_after_a_rollback_is_judged_against_who_came_back(
    three_champions, roll, open_version
):
    roll()
    number = open_version().number
    assert three_champions.record().champion.number == 2
    three_champions.tag(number, {DECISION: "promoted"})
    assert three_champions.settle().former_champion.number == 2


def test_after_the_champion_was_deleted_the_one_before_serves_and_is_not_withdrawn(
    three_champions, roll, capsys
):
    three_champions.client.delete_model_version(three_champions.name, "3")
    roll()
    assert champion(three_champions) == 2
    assert "Now version 2 is champion. Nothing was withdrawn" in capsys.readouterr().out
    roll()
    assert champion(three_champions) == 1


def test_a_champion_that_was_scored_on_new_test_data_goes_with_all_its_versions(
    registry, roll, open_version, capsys
):
    for weights, data in ("a1", "b1", "b2"):
        registry.tag(open_version(weights=weights, data=data).number, {DECISION: "promoted"})
        registry.settle()
    assert registry.aliases() == {"champion": 3, "former_champion": 1}
    roll()
    assert registry.aliases() == {"champion": 1}
    printed = capsys.readouterr().out
    assert "versions 2, 3 are withdrawn, version 1 is champion" in printed
    with pytest.raises(ConfigurationError, match="none was before it"):
        roll()


def test_what_is_told_is_what_stands_after_a_promotion_came_between(
    three_champions, roll, open_version, capsys, monkeypatch
):
    settle = Registry.settle

    def promoted_before(self, **options):
        if options:  # the last one, after the withdrawal
            self.tag(open_version().number, {DECISION: "promoted"})
        return settle(self, **options)

    monkeypatch.setattr(Registry, "settle", promoted_before)
    roll()
    printed = capsys.readouterr().out
    assert "version 3 is withdrawn, version 4 is champion. Behind it stands version 2" in printed
