import pytest

from vitpose_plus.errors import ConfigurationError, ValidationError
from vitpose_plus.leaks import Leaks, check_leaks, concerning, refuse


@pytest.fixture
def report(make_split, tmp_path):
    """COCO's own copy, CrowdPose's of COCO's, MPII's of OCHuman's; nothing else is shared."""
    training = [
        make_split("coco", "train", 1, 2, 3),
        make_split("crowdpose", "train", -3, 4, 6),
        make_split("mpii", "train", 7, 8, 3),
        make_split("room", "train", 5),
    ]
    held_out = [make_split("coco", "val", 3, 4, 5), make_split("ochuman", "val", 7, 9)]
    rule = Leaks(action="warn", skip=("room",))
    check_leaks(training, held_out, tmp_path / "leaks", rule, progress=False)
    return tmp_path / "leaks"


def test_the_excluded_pictures_are_read_whatever_the_action_was(report):
    concern = concerning(report, ["coco", "crowdpose"], ["coco"])
    assert concern.excluded == {
        ("coco", "train"): {"coco-3.jpg"},
        ("crowdpose", "train"): {"crowdpose--3.jpg", "crowdpose-4.jpg"},
    }
    assert (concern.training_pictures, concern.held_out_pictures, concern.pairs) == (3, 2, 3)


def test_other_sets_training_pictures_are_none_of_an_experiments_concern(report):
    concern = concerning(report, ["coco"], ["coco", "ochuman"])
    assert concern.excluded == {("coco", "train"): {"coco-3.jpg"}}


def test_other_sets_held_out_pictures_are_a_concern_where_they_are_protected(report):
    assert concerning(report, ["mpii"], ["mpii"]).excluded == {}
    assert concerning(report, ["mpii"], ["mpii", "ochuman"]).excluded == {
        ("mpii", "train"): {"mpii-7.jpg"}
    }
    assert concerning(report, ["mpii"], ["coco", "ochuman"]).excluded == {
        ("mpii", "train"): {"mpii-3.jpg", "mpii-7.jpg"}
    }


def test_nothing_that_concerns_is_not_refused(report):
    concern = concerning(report, ["mpii"], ["mpii"])
    assert (concern.pairs, concern.training_pictures, concern.held_out_pictures) == (0, 0, 0)
    refuse(concern)
    refuse(concerning(report, [], []))


def test_a_refusal_names_the_pairs_the_report_and_the_mend(report):
    with pytest.raises(ValidationError) as caught:
        refuse(concerning(report, ["coco", "crowdpose"], ["coco"]))
    message = str(caught.value)
    assert "3 training pictures look like 2 held-out ones" in message
    assert "coco train coco-3.jpg looks like coco val coco-3.jpg (0 bits differ)" in message
    assert "crowdpose train crowdpose--3.jpg looks like coco val coco-3.jpg" in message
    assert "mirrored" in message
    assert "mpii" not in message
    assert "data.leaks.action: drop" in message
    assert str(report / "index.html") in message


def test_the_nearest_pairs_are_named_first(report):
    nearest = concerning(report, ["coco", "crowdpose"], ["coco"]).nearest
    distances = [leak.distance for leak in nearest]
    assert distances == sorted(distances)
    assert distances[-1] > 0  # The mirrored one.


def test_many_pairs_fit_on_a_screen(make_split, tmp_path):
    seeds = range(1, 41)
    splits = [make_split("coco", "train", *seeds)], [make_split("coco", "val", *seeds)]
    check_leaks(*splits, tmp_path / "leaks", Leaks(), progress=False)
    with pytest.raises(ValidationError, match="and 30 pairs more") as caught:
        refuse(concerning(tmp_path / "leaks", ["coco"], ["coco"]))
    assert len(str(caught.value).splitlines()) < 20


def test_a_skipped_set_is_named_not_compared(report):
    concern = concerning(report, ["room", "coco"], ["coco"])
    assert concern.not_compared == ("room",)
    assert concerning(report, ["coco"], ["coco"]).not_compared == ()


def test_a_set_that_the_check_never_saw_is_refused(report):
    with pytest.raises(ConfigurationError, match="aic had no pictures"):
        concerning(report, ["coco", "aic"], ["coco"])
    with pytest.raises(ConfigurationError, match="aic had no pictures"):
        concerning(report, ["coco"], ["aic"])


def test_without_a_check_nobody_guesses(tmp_path):
    with pytest.raises(ConfigurationError, match="Run the leak check first"):
        concerning(tmp_path, ["coco"], ["coco"])


def test_another_versions_summary_is_refused(tmp_path):
    (tmp_path / "summary.json").write_text('{"action": "drop"}')
    with pytest.raises(ConfigurationError, match="run it again"):
        concerning(tmp_path, ["coco"], ["coco"])
