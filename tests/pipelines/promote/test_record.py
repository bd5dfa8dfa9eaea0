import pytest

from pipelines.promote.record import (
    ABANDONED,
    CONFIG,
    DECISION,
    OWNER,
    TEST_DATA,
    WEIGHTS,
    WITHDRAWN,
    Record,
    Submission,
    Version,
)

OPEN = {}
PROMOTED, REFUSED = {DECISION: "promoted"}, {DECISION: "refused"}


def record(*states):
    """Versions of these tags, each of other weights unless they say so."""
    tags = [{OWNER: "run", WEIGHTS: str(i)} | state for i, state in enumerate(states)]
    return Record(tuple(Version(i, of_one) for i, of_one in enumerate(tags, 1)))


@pytest.mark.parametrize(
    ("states", "champion", "former", "challenger"),
    [
        ((), None, None, None),
        ((OPEN,), None, None, 1),
        ((PROMOTED,), 1, None, None),
        ((PROMOTED, PROMOTED), 2, 1, None),
        ((PROMOTED, REFUSED, PROMOTED), 3, 1, None),
        ((PROMOTED, REFUSED, REFUSED), 1, None, 3),
        ((PROMOTED, REFUSED, OPEN, OPEN), 1, None, 3),
        ((PROMOTED, PROMOTED | {WITHDRAWN: "x"}), 1, None, None),
        ((PROMOTED, PROMOTED, PROMOTED | {WITHDRAWN: "x"}), 2, 1, None),
        ((PROMOTED, PROMOTED | {ABANDONED: "x"}, REFUSED), 1, None, 3),
        ((PROMOTED, REFUSED | {ABANDONED: "x"}), 1, None, None),
        ((PROMOTED, {ABANDONED: "x"}), 1, None, None),
    ],
)
def test_the_aliases_follow_from_the_tags(states, champion, former, challenger):
    wanted = {"champion": champion, "former_champion": former, "challenger": challenger}
    assert record(*states).aliases() == wanted


def test_the_same_model_scored_on_new_test_data_is_not_its_own_former_champion():
    renewed = PROMOTED | {WEIGHTS: "1"}  # the second's
    assert record(PROMOTED, PROMOTED, renewed, renewed).former_champion.number == 1
    assert record({}, PROMOTED, renewed).former_champion is None


def test_only_open_versions_of_lower_number_come_first():
    found = record(OPEN, PROMOTED, {ABANDONED: "x"}, OPEN, OPEN).before(5)
    assert [version.number for version in found] == [1, 4]


def test_another_configuration_is_another_model_and_other_test_data_another_submission():
    tags = {OWNER: "run", WEIGHTS: "w", CONFIG: "c", TEST_DATA: "t"}
    ours = Version(1, tags).submission
    assert ours == Submission("w", "c", "t")
    assert ours.same_model(Submission("w", "c", "other"))
    assert ours != Submission("w", "c", "other")
    assert not ours.same_model(Submission("w", "other", "t"))
