from dataclasses import replace

import mlflow
import pytest
from sqlalchemy.orm import Session

from pipelines.promote.record import ABANDONED, DECISION, WITHDRAWN
from pipelines.promote.registry import LAST_SET, Registry
from vitpose_plus.errors import ConfigurationError


class Killed(BaseException):
    """As kill -9 between two calls to MLflow: nothing after it runs."""


class Dying(mlflow.MlflowClient):
    """A client whose process dies before its n-th write."""

    def __init__(self, store, writes):
        super().__init__(store)
        self._left = writes

    def _spend(self):
        if self._left == 0:
            raise Killed
        self._left -= 1


def _dying(name):
    def call(self, *arguments, **named):
        self._spend()
        return getattr(mlflow.MlflowClient, name)(self, *arguments, **named)

    return call


for _name in (
    "create_registered_model",
    "create_model_version",
    "set_model_version_tag",
    "set_registered_model_alias",
    "delete_registered_model_alias",
    "set_registered_model_tag",
):
    setattr(Dying, _name, _dying(_name))


def test_a_version_appears_with_its_tags_and_a_number_of_its_own(registry, open_version):
    first, second = open_version("run 1"), open_version("run 2")
    assert (first.number, second.number) == (1, 2)
    record = registry.record()
    assert [version.tags["promotion.owner"] for version in record.versions] == ["run 1", "run 2"]


def test_versions_that_others_registered_are_passed_over(registry, open_version):
    open_version()
    registry.client.create_model_version(registry.name, "/nowhere/model")
    assert [version.number for version in registry.record().versions] == [1]


def test_more_versions_than_a_page_are_read(registry, open_version, monkeypatch):
    monkeypatch.setattr("pipelines.promote.registry.PAGE", 2)
    for _ in range(5):
        open_version()
    assert [version.number for version in registry.record().versions] == [1, 2, 3, 4, 5]


def test_a_registry_without_the_model_has_an_empty_record(registry):
    assert registry.settle().versions == ()
    assert not registry.moved_by_hand()


def test_aliases_follow_the_record_and_settling_again_changes_nothing(registry, open_version):
    for decision in ("promoted", "promoted", "refused"):
        registry.tag(open_version().number, {DECISION: decision})
    registry.settle()
    wanted = {"champion": 2, "former_champion": 1, "challenger": 3}
    assert registry.aliases() == wanted
    registry.settle()
    assert registry.aliases() == wanted
    registry.tag(2, {WITHDRAWN: "x"})
    registry.settle()
    assert registry.aliases() == {"champion": 1, "challenger": 3}


def test_a_champion_moved_by_hand_stops_everything_and_the_way_out_is_told(registry, open_version):
    for _ in range(2):
        registry.tag(open_version().number, {DECISION: "promoted"})
    registry.settle()
    registry.client.set_registered_model_alias(registry.name, "champion", "1")
    with pytest.raises(ConfigurationError) as error:
        registry.settle()
    assert "by hand to version 1" in str(error.value)
    assert "back to version 2" in str(error.value)
    registry.settle(overrule=True)
    assert registry.aliases()["champion"] == 2


def test_a_champion_set_by_hand_before_anything_was_promoted_stops_too(registry, open_version):
    open_version()
    registry.client.set_registered_model_alias(registry.name, "champion", "1")
    with pytest.raises(ConfigurationError, match="take the alias away"):
        registry.settle()


@pytest.mark.parametrize("alias_left", [True, False])
def test_a_deleted_champion_is_followed_by_the_one_before(registry, open_version, alias_left):
    """MLflow takes the alias along; who moved it away before the deletion did so by hand."""
    for _ in range(3):
        registry.tag(open_version().number, {DECISION: "promoted"})
    registry.settle()
    if not alias_left:
        registry.client.set_registered_model_alias(registry.name, "champion", "1")
    registry.client.delete_model_version(registry.name, "3")
    assert registry.moved_by_hand() is not alias_left
    assert registry.settle(overrule=not alias_left).champion.number == 2
    assert registry.aliases() == {"champion": 2, "former_champion": 1}


def test_an_alias_that_was_taken_away_by_hand_stops_too(registry, open_version):
    registry.tag(open_version().number, {DECISION: "promoted"})
    registry.settle()
    registry.client.delete_registered_model_alias(registry.name, "champion")
    with pytest.raises(ConfigurationError, match="by hand to nothing"):
        registry.settle()


@pytest.fixture
def forestall(monkeypatch):
    """Commit a rival's row of a table between MLflow's look for our first one and its insert."""

    def arrange(table, write):
        merge, done = Session.merge, []

        def second(session, row, **options):
            merged = merge(session, row, **options)
            if type(row).__name__ == table and not done:
                done.append(True)
                write()
            return merged

        monkeypatch.setattr(Session, "merge", second)

    return arrange


@pytest.mark.parametrize("rival", [1, 2])
def test_of_two_who_set_the_same_new_alias_at_once_the_second_looks_again(
    registry, open_version, forestall, rival
):
    for decision in ("promoted", "refused"):
        registry.tag(open_version().number, {DECISION: decision})
    set_alias = registry.client.set_registered_model_alias
    forestall("SqlRegisteredModelAlias", lambda: set_alias(registry.name, "champion", str(rival)))
    registry.settle()
    assert registry.aliases() == {"champion": 1, "challenger": 2}


def test_of_two_who_give_up_the_same_version_at_once_neither_fails(
    registry, open_version, forestall
):
    number = open_version().number
    tag = registry.client.set_model_version_tag
    given_up = registry.name, str(number), ABANDONED, "by version 2"
    forestall("SqlModelVersionTag", lambda: tag(*given_up))
    registry.tag(number, {ABANDONED: "by version 3"})
    assert registry.record().numbered(number).tags[ABANDONED] == "by version 3"


def test_aliases_that_others_change_again_and_again_end_in_an_error(
    registry, open_version, monkeypatch
):
    for _ in range(2):
        registry.tag(open_version().number, {DECISION: "promoted"})
    move = mlflow.MlflowClient.set_registered_model_alias

    def undone(self, name, alias, version):
        move(self, name, alias, version)
        move(self, name, alias, "1" if version == "2" else "2")

    monkeypatch.setattr(mlflow.MlflowClient, "set_registered_model_alias", undone)
    with pytest.raises(ConfigurationError, match="others changed the aliases"):
        registry.settle(overrule=True)


@pytest.mark.parametrize("writes", range(9))
def test_whichever_write_is_the_last_before_a_kill_the_next_run_puts_it_right(
    registry, open_version, writes
):
    """Three decisions and a withdrawal, each settled; the killed one's successor does the rest."""
    for decision in ("promoted", "promoted"):
        registry.tag(open_version().number, {DECISION: decision})
        registry.settle()
    number = open_version().number
    dying = Registry(Dying(registry.client.tracking_uri, writes), registry.name)
    try:
        dying.tag(number, {DECISION: "promoted"})
        dying.settle()
        dying.tag(number, {WITHDRAWN: "x"})
        dying.settle()
        assert writes >= 8
    except Killed:
        pass
    record = replace(registry).settle()
    assert registry.aliases() == {k: v for k, v in record.aliases().items() if v is not None}
    assert record.champion.number in (2, 3)
    tags = registry.client.get_registered_model(registry.name).tags
    assert tags[LAST_SET] == str(record.champion.number)
    assert not registry.moved_by_hand()
