"""Whole promotions, on a real store, some as processes that are killed or race each other."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.promote.judging import Judging
from pipelines.promote.nodes import collect_evidence
from pipelines.promote.policy import read_policy
from pipelines.promote.record import ABANDONED, HEARTBEAT, OWNER, WEIGHTS
from pipelines.tracking import fetch_model
from vitpose_plus.checkpoints import load_model
from vitpose_plus.errors import ConfigurationError

pytestmark = pytest.mark.slow
PROCESS = Path(__file__).with_name("promoting.py")


def broken(outcome):
    return [rule.name for rule in outcome.rules if not rule.held]


def start(workplace, name):
    """A promotion in a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(PROCESS), str(workplace.folder), name],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process):
    printed, _ = process.communicate(timeout=120)
    assert process.returncode == 0, printed
    return printed


def versions(registry):
    return registry.record().versions


def test_a_first_champion_is_kept_with_all_that_it_was_judged_by(
    workplace, capsys, registry, store
):
    workplace.model("a", noise=6.0)
    outcome = workplace.promote("a")
    assert (outcome.decision, outcome.version, outcome.against) == ("promoted", 1, None)
    assert registry.aliases() == {"champion": 1}
    assert "version 1: promoted" in capsys.readouterr().out
    version = store.get_model_version("poses", "1")
    figures = json.loads((workplace.target("a").reports / "metrics.json").read_text())
    assert float(version.tags["AP_coco"]) == pytest.approx(figures["coco"]["model"]["AP"], abs=1e-6)
    assert {"git_commit", "evaluated_run", "PCKh_0.5_mpii"} <= version.tags.keys()
    assert version.tags["data.coco"].startswith(("dvc:", "manifest:of coco"))
    assert f"{figures['coco']['model']['AP']:.3f}" in version.description
    kept = {item.path for item in store.list_artifacts(version.run_id, "evaluation")}
    assert {"evaluation/metrics.json", "evaluation/scored.json", "evaluation/predictions"} <= kept
    assert {"promotion.json", "model_card.md"} <= {
        item.path for item in store.list_artifacts(version.run_id)
    }
    fetched = fetch_model("models:/poses@champion", workplace.folder / "fetched")
    assert load_model(fetched).config == load_model(workplace.target("a").weights).config


def test_worse_is_refused_better_promoted_and_a_tie_refused(workplace, capsys, registry, store):
    for name, noise in {"a": 6.0, "worse": 12.0, "better": 1.0}.items():
        workplace.model(name, noise=noise)
    workplace.promote("a")
    worse = workplace.promote("worse")
    assert worse.decision == "refused"
    assert broken(worse) == ["coco AP", "mpii PCKh@0.5", "mean gain"]
    assert registry.aliases() == {"champion": 1, "challenger": 2}
    assert "coco AP" in store.get_model_version("poses", "2").tags["promotion.reasons"]
    better = workplace.promote("better")
    assert (better.decision, better.against, broken(better)) == ("promoted", 1, [])
    assert registry.aliases() == {"champion": 3, "former_champion": 1}
    tie = workplace.promote("better")
    assert (tie.decision, tie.version) == ("refused", None)
    assert "a tie: champion version 3" in tie.reasons
    assert len(versions(registry)) == 3
    anew = workplace.promote("worse")  # against another champion: another question
    assert (anew.decision, anew.version) == ("refused", 4)
    again = workplace.promote("worse")
    assert (again.decision, again.version) == ("refused", None)
    assert "refused as version 4" in capsys.readouterr().out


def test_one_task_that_falls_is_not_outweighed_by_the_others(workplace):
    workplace.model("a", noise={"coco": 3.0, "mpii": 12.0})
    workplace.model("uneven", noise={"coco": 6.0, "mpii": 1.0})
    workplace.promote("a")
    assert broken(workplace.promote("uneven")) == ["coco AP"]


def test_other_test_data_is_refused_until_the_champion_is_scored_on_it(workplace, registry):
    workplace.model("a", noise=6.0)
    workplace.promote("a")
    workplace.ingest_anew()
    workplace.model("b", noise=1.0)
    assert broken(workplace.promote("b")) == ["test data"]
    workplace.evaluate("a", 6.0)
    renewed = workplace.promote("a")
    assert (renewed.decision, renewed.version) == ("promoted", 3)
    assert workplace.promote("b").decision == "promoted"
    assert registry.aliases() == {"champion": 4, "former_champion": 3}


def test_what_is_too_slow_is_refused(workplace, registry):
    workplace.model("a", noise=6.0)
    workplace.model("b", noise=1.0)
    workplace.set_policy(latency={"most_ms": 1e-6, "batch_size": 1, "rounds": 3})
    assert broken(workplace.promote("a")) == ["latency"]
    assert registry.aliases() == {"challenger": 1}
    workplace.set_policy()
    assert workplace.promote("a").decision == "promoted"
    workplace.set_policy(latency={"most_ratio": 1e-6, "batch_size": 1, "rounds": 3})
    assert broken(workplace.promote("b")) == ["latency against champion"]


def test_a_policy_for_no_data_set_is_refused_before_anything_is_registered(workplace, registry):
    workplace.model("a", noise=6.0)
    # A data set that the model has no task of may be named; one that there is not may not.
    workplace.set_policy(tolerances={"ap10k": 0.1, "birds": 0.1})
    with pytest.raises(ConfigurationError, match="birds: no data set"):
        workplace.promote("a")
    assert versions(registry) == ()


def test_killed_before_its_decision_the_same_model_is_taken_over_and_not_registered_twice(
    workplace, registry, open_version
):
    workplace.model("a", noise=6.0)
    ahead = open_version()  # of a promotion that lives: what comes after must wait
    process = start(workplace, "a")
    beats = 0
    while len(versions(registry)) < 2:
        assert process.poll() is None, process.stdout.read()
        registry.tag(ahead.number, {HEARTBEAT: str(beats := beats + 1)})
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    (_, left) = versions(registry)
    assert left.undecided
    assert registry.client.get_run(left.tags[OWNER]).info.status == "RUNNING"
    outcome = workplace.promote("a")
    assert (outcome.decision, outcome.version) == ("promoted", left.number)
    assert registry.aliases() == {"champion": left.number}
    assert registry.client.get_run(left.tags[OWNER]).info.status == "KILLED"
    assert ABANDONED in versions(registry)[0].tags


def test_killed_between_its_decision_and_the_alias_the_next_run_sets_it(workplace, registry, store):
    workplace.model("a", noise=6.0)
    workplace.model("b", noise=1.0)
    workplace.promote("a")
    store.delete_registered_model_alias("poses", "champion")  # as it was before
    store.set_registered_model_tag("poses", "promotion.champion", "")
    assert workplace.promote("b").against == 1
    assert registry.aliases() == {"champion": 2, "former_champion": 1}


def test_of_two_promotions_at_once_each_is_judged_against_the_champion_of_its_turn(
    workplace, registry
):
    for name, noise in {"a": 12.0, "good": 5.0, "best": 0.5}.items():
        workplace.model(name, noise=noise)
    workplace.promote("a")
    workplace.set_policy(patience=100)  # neither dies, however busy the machine
    racing = [start(workplace, name) for name in ("good", "best")]
    printed = [ended(process) for process in racing]
    _, second, third = versions(registry)
    by_weights = {
        json.loads((workplace.folder / name / "reports/scored.json").read_text())["model"][
            "model.safetensors"
        ]: name
        for name in ("good", "best")
    }
    names = [by_weights[version.tags[WEIGHTS]] for version in (second, third)]
    assert sorted(names) == ["best", "good"]
    assert second.tags["promotion.against"] == "1"
    assert second.promoted  # either is better than "a"
    assert third.tags["promotion.against"] == "2"
    assert third.promoted == (names[1] == "best")
    champion = names.index("best") + 2
    assert registry.aliases()["champion"] == champion
    assert sum("promoted. " in text for text in printed) == 1 + third.promoted


def test_the_same_model_registered_twice_at_once_wins_once(workplace, registry):
    workplace.model("a", noise=6.0)
    asked, made = workplace.parameters, workplace.target("a")
    evidence = collect_evidence(made, asked.data)
    policy = read_policy(asked.promotion.policy, asked.data.datasets)
    judging = Judging(registry, evidence, asked.data, policy, asked.seed)
    for owner in ("run 1", "run 2"):
        tags = evidence.submission.tags() | {OWNER: owner}
        registry.register("/nowhere/model", None, tags, "")
    first, second = (judging.decide(number, f"run {number}") for number in (1, 2))
    assert (first.decision, second.decision) == ("promoted", "refused")
    assert broken(second) == ["weights"]
    registry.settle()
    assert registry.aliases() == {"champion": 1, "challenger": 2}
