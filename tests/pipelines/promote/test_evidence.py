import json
from dataclasses import replace

import pytest

from pipelines.evaluate.held_out import METRICS, SCORED
from pipelines.evaluate.scored import read_scored, version_of_test_data
from pipelines.promote.evidence import check_test_data, obstacles, read_evidence
from vitpose_plus.checkpoints import save_model
from vitpose_plus.errors import ConfigurationError


def evidence(workplace, name):
    return read_evidence(workplace.folder / name / "best", workplace.target(name).reports)


def refused(workplace, name):
    with pytest.raises(ConfigurationError) as error:
        evidence(workplace, name)
    return str(error.value)


@pytest.fixture
def evaluated(workplace):
    workplace.model("a", noise=4.0)
    return workplace


def test_what_an_evaluation_left_is_known(evaluated):
    found = evidence(evaluated, "a")
    assert found.tasks == ("coco", "mpii")
    assert found.figures["coco"]["instances"] == 12
    check_test_data(found, evaluated.parameters.data)


def test_the_same_evaluation_leaves_the_same_record(evaluated):
    path = evaluated.target("a").reports / SCORED
    first = path.read_bytes()
    evaluated.evaluate("a", 4.0)
    assert path.read_bytes() == first


def test_figures_without_a_record_of_what_they_are_of_are_refused(evaluated):
    (evaluated.target("a").reports / SCORED).unlink()
    message = refused(evaluated, "a")
    assert "scored.json" in message
    assert "kedro run --pipeline=evaluate" in message


def test_figures_of_other_weights_are_refused(evaluated):
    evaluated.model("a", weights=99)  # trained anew, not evaluated
    assert "other weights" in refused(evaluated, "a")


def test_the_same_weights_read_by_another_configuration_are_other_weights(evaluated):
    path = evaluated.folder / "a/best/config.json"
    path.write_text(path.read_text().replace("48", "64", 1))
    assert "other weights" in refused(evaluated, "a")


@pytest.mark.parametrize("name", [METRICS, "predictions/mpii.json"])
def test_figures_that_were_edited_since_are_refused(evaluated, name):
    path = evaluated.target("a").reports / name
    path.write_text(path.read_text() + "\n")
    assert name in refused(evaluated, "a")


def test_a_task_without_figures_is_named(evaluated):
    path = evaluated.target("a").reports / SCORED
    content = json.loads(path.read_text())
    del content["sets"]["mpii"]
    path.write_text(json.dumps(content))
    assert "mpii" in refused(evaluated, "a")


def test_what_is_no_folder_of_ours_is_refused(evaluated):
    (evaluated.folder / "a/best/config.json").unlink()
    assert "vitpose convert" in refused(evaluated, "a")


def test_test_data_that_was_ingested_anew_is_refused(evaluated):
    found = evidence(evaluated, "a")
    evaluated.ingest_anew()
    with pytest.raises(ConfigurationError, match="coco val was ingested anew"):
        check_test_data(found, evaluated.parameters.data)


def test_models_on_other_test_data_are_not_comparable(evaluated):
    evaluated.model("b", noise=2.0)
    assert obstacles(evidence(evaluated, "a"), evidence(evaluated, "b")) == ""
    evaluated.ingest_anew()
    evaluated.model("c", noise=2.0)
    differing = obstacles(evidence(evaluated, "a"), evidence(evaluated, "c"))
    assert differing == "coco val differs, mpii val differs"


def test_a_model_of_more_tasks_is_comparable_and_one_of_fewer_is_not(evaluated, make_model):
    save_model(make_model("coco"), evaluated.folder / "one/best")
    evaluated.evaluate("one", 3.0)
    both, one = evidence(evaluated, "a"), evidence(evaluated, "one")
    assert one.tasks == ("coco",)
    assert obstacles(one, both) == ""
    del one.scored.sets["mpii"]  # as if only its own task had been scored
    assert obstacles(both, one) == "lacks mpii"


def test_figures_with_and_without_mirrored_crops_are_not_comparable(evaluated):
    found = evidence(evaluated, "a")
    other = replace(found, scored=replace(found.scored, flip=not found.scored.flip))
    assert obstacles(found, other) == "mirrored otherwise"


def test_an_evaluation_that_ended_before_its_report_is_refused(evaluated):
    (evaluated.target("a").reports / "report/index.html").unlink()
    assert "ended before its report" in refused(evaluated, "a")


def test_the_version_of_test_data_tells_sets_and_mirroring_but_not_their_order(evaluated):
    sets = read_scored(evaluated.target("a").reports).sets
    version = version_of_test_data(sets, flip=True)
    assert version == version_of_test_data(dict(reversed(sets.items())), flip=True)
    assert version != version_of_test_data(sets, flip=False)
    assert version != version_of_test_data({"coco": sets["coco"]}, flip=True)
