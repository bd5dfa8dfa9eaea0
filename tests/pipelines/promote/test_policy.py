from pathlib import Path

import pytest

from pipelines.promote.policy import read_policy
from vitpose_plus.errors import ConfigurationError

SHIPPED = Path(__file__).resolve().parents[3] / "mlflow/promotion.yml"
SETS = ("coco", "aic")


def refused(tmp_path, text):
    path = tmp_path / "promotion.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as error:
        read_policy(path, SETS)
    assert str(path) in str(error.value)
    return str(error.value)


def test_the_shipped_policy_is_read():
    policy = read_policy(SHIPPED, SETS)
    assert policy.tolerance_of("coco") == 0.01
    assert policy.latency.most_ratio == 1.25


def test_a_task_may_have_a_tolerance_of_its_own(tmp_path):
    path = tmp_path / "promotion.yml"
    path.write_text("tolerance: 0.01\ntolerances: {coco: 0.5}\n")
    policy = read_policy(path, SETS)
    assert (policy.tolerance_of("coco"), policy.tolerance_of("aic")) == (0.5, 0.01)


def test_an_unknown_key_is_named_with_those_that_there_are(tmp_path):
    message = refused(tmp_path, "tolerance: 0.01\ntolerence: 0.02\n")
    assert "tolerence" in message
    assert "least_gain" in message


def test_an_unknown_key_within_the_budget_is_named(tmp_path):
    assert "latency.most: " in refused(tmp_path, "tolerance: 0.01\nlatency: {most: 3}\n")


def test_a_missing_tolerance_is_named(tmp_path):
    assert "tolerance: " in refused(tmp_path, "least_gain: 0.0\n")


def test_a_negative_tolerance_is_refused(tmp_path):
    assert "tolerance: " in refused(tmp_path, "tolerance: -0.1\n")


def test_a_tolerance_of_no_data_set_is_named_with_those_that_there_are(tmp_path):
    message = refused(tmp_path, "tolerance: 0.01\ntolerances: {coco: 0.1, birds: 0.1}\n")
    assert "birds: no data set of this name; there are coco, aic" in message


def test_what_is_no_yaml_is_refused(tmp_path):
    assert "no YAML" in refused(tmp_path, "tolerance: [")


def test_an_empty_file_is_refused(tmp_path):
    refused(tmp_path, "")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"promotion\.policy: .*nowhere\.yml"):
        read_policy(tmp_path / "nowhere.yml", SETS)
