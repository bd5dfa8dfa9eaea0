import math
from dataclasses import replace

import pytest

from pipelines.promote.gain import Gains, TaskGain
from pipelines.promote.judgement import (
    judge_against,
    judge_first,
    judge_incomparable,
    reasons,
    render_rules,
    tie,
)
from pipelines.promote.latency import Latency
from pipelines.promote.policy import LatencyBudget, Policy
from vitpose_plus.evaluation.significance import Interval

POLICY = Policy(
    tolerance=0.02,
    tolerances={"mpii": 0.1},
    latency=LatencyBudget(most_ms=20.0, most_ratio=1.2),
)
FAST = Latency(10.0, 10.0, 1.0)


def gains(coco=0.6, mpii=0.8, low=0.01):
    """Over a champion with 0.5 and 0.8."""
    tasks = [TaskGain("coco", "AP", 0.5, coco), TaskGain("mpii", "PCKh@0.5", 0.8, mpii)]
    return Gains(tasks, Interval(0.05, low, 0.09))


def broken(rules):
    return [rule.name for rule in rules if not rule.held]


def test_a_better_model_keeps_every_rule():
    assert broken(judge_against(gains(), FAST, POLICY)) == []


def test_a_task_that_falls_too_far_is_named():
    assert broken(judge_against(gains(coco=0.479), FAST, POLICY)) == ["coco AP"]


def test_a_task_may_fall_within_its_tolerance():
    assert broken(judge_against(gains(coco=0.481, mpii=0.701), FAST, POLICY)) == []


@pytest.mark.parametrize("low", [-0.001, 0.0, math.nan])
def test_an_interval_that_is_not_above_zero_is_no_gain(low):
    assert broken(judge_against(gains(low=low), FAST, POLICY)) == ["mean gain"]


def test_a_figure_that_is_lost_is_a_fall():
    assert broken(judge_against(gains(coco=math.nan), FAST, POLICY)) == ["coco AP"]


def test_a_figure_that_the_champion_lacks_cannot_fall():
    task = TaskGain("coco", "AP", math.nan, 0.1)
    found = judge_against(Gains([task], gains().mean), FAST, POLICY)
    assert broken(found) == []


def test_a_champion_without_any_figure_cannot_be_gained_over_and_that_is_said():
    task = TaskGain("coco", "AP", math.nan, 0.1)
    found = judge_against(Gains([task], None), FAST, POLICY)
    assert broken(found) == ["mean gain"]
    assert "nothing to gain over" in reasons(found)


def test_both_latency_budgets_count():
    slow = Latency(30.0, 10.0, 3.0)
    assert broken(judge_against(gains(), slow, POLICY)) == ["latency", "latency against champion"]


def test_other_test_data_is_refused_and_latency_is_told_all_the_same():
    found = judge_incomparable("lacks aic", FAST, POLICY)
    assert broken(found) == ["test data"]
    assert "lacks aic" in reasons(found)
    assert [rule.name for rule in found][1:] == ["latency", "latency against champion"]


def test_the_first_champion_has_the_budget_in_milliseconds_alone():
    assert broken(judge_first(Latency(10.0), POLICY)) == []
    assert broken(judge_first(Latency(20.5), POLICY)) == ["latency"]
    any_speed = replace(POLICY, latency=LatencyBudget(most_ratio=1.2))
    assert judge_first(Latency(20.5), any_speed) == []


def test_a_tie_does_not_hold():
    assert broken([tie(3)]) == ["weights"]


def test_reasons_name_what_is_broken_alone():
    said = reasons(judge_against(gains(coco=0.1), FAST, POLICY))
    assert "coco AP: 0.5000 -> 0.1000 (-0.4000)" in said
    assert "mpii" not in said


def test_the_table_has_a_line_a_rule_with_aligned_columns():
    lines = render_rules(judge_against(gains(coco=0.1), FAST, POLICY)).split("\n")
    assert len(lines) == 2 + 6
    column = lines[0].index("asked for")
    assert all(line[column - 2 : column] == "  " and line[column] != " " for line in lines)
    assert lines[3].endswith("NO")
