import json
from dataclasses import asdict
from pathlib import Path

import pytest

from vitpose_plus.engine.history import History
from vitpose_plus.planning.interruptions import Interruptions

PRICES = Path(__file__).parents[2] / "conf" / "prices.yml"
TINY = ("plan", "--size", "tiny", "--input-size", "64x48", "--prices", PRICES)
NODES = ("--nodes", "2")
COCO = (*TINY, "--data", "coco=1000,100")


@pytest.fixture
def journal(tmp_path):
    """A journal of a run that reached an MFU of 0.3."""
    history = History(tmp_path / "history.jsonl")
    for step in range(10):
        history.add(step, 0, {"loss": 1.0, "mfu": 0.3})
    return history.path


def test_a_page_has_the_work_the_machines_and_what_they_rest_on(vitpose):
    told = vitpose(*COCO, "--gpu", "h100:8", "--gpu", "a100")
    assert told.exit_code == 0, told.output
    lines = told.stdout.splitlines()
    assert lines[0].startswith("model           ViTPose-TINY, ")
    assert "epochs          210 of 1,000 samples: 420 steps of 512" in lines
    machines = [line for line in lines if " H100 " in line or " A100 " in line][:4]
    assert [line.split()[0] for line in machines] == ["aws", "lambda", "nebius", "aws"]
    assert machines[2].count("*") >= 1  # cheaper than the same of others
    assert "no GPU was ever" in told.stdout
    assert "NOT CHECKED" not in told.stdout
    assert "commit 00148f2a" in told.stdout
    assert max(map(len, lines)) <= 100


def test_json_says_the_same_in_numbers(vitpose):
    told = json.loads(vitpose(*COCO, "--gpu", "h100:8", "--cloud", "aws", "--json").stdout)
    assert (told["steps"], told["samples"]) == (420, 420 * 512)
    assert (told["scored"], told["scored_last"]) == (100 * 21, 100 * 2)
    assert told["of_one_node"] == []
    (found,) = told["estimates"]
    assert found["gpus"] == 8
    assert found["offer"]["instance"] == "p5.48xlarge"
    seconds = 3600 * (found["expected"]["hours"] - found["expected"]["last"])
    share = (told["flops"]["training"] + told["flops"]["scoring"]) / seconds / (8 * 989e12)
    assert share == pytest.approx(told["assumed"]["utilisation"]["expected"])
    assert found["expected"]["on_demand"] == pytest.approx(55.04 * found["expected"]["hours"])


def test_published_counts_that_no_one_checked_are_marked(vitpose):
    told = vitpose(*TINY, "--data", "coco", "--data", "mpii", "--price", "2")
    assert told.stdout.startswith("model           ViTPose+-TINY")
    assert "22,246 trained on, 2,958 scored; NOT CHECKED" in told.stdout
    assert "149,813 trained on, 6,352 scored; conf/full/parameters_data.yml" in told.stdout


def test_a_price_of_ones_own_needs_no_table(vitpose, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = ("plan", "--size", "tiny", "--data", "coco=1000")
    told = vitpose(*own, "--price", "2.5", "--gpu", "h100:4", "--json")
    (found,) = json.loads(told.stdout)["estimates"]
    assert found["offer"]["on_demand"] == 10.0
    assert found["expected"]["spot"] is None
    without = vitpose(*own)
    assert without.exit_code == 1
    assert without.stderr.startswith("Error: conf/prices.yml: no such table of prices.")


def test_a_measured_run_replaces_the_assumption(vitpose, journal):
    told = vitpose(*COCO, "--measured", journal, "--gpu", "h100:8", "--cloud", "aws")
    assert "30% of the peak of one machine, measured: 10 windows" in told.stdout.replace(
        "\n                ", " "
    ).replace("  ", " ")
    assert "no GPU was ever" not in told.stdout


def test_nodes_without_a_network_are_left_out_and_named(vitpose):
    told = vitpose(*COCO, "--gpu", "h100:8", "--nodes", "2")
    assert "2 x aws p5.48xlarge" in told.stdout
    assert "left out        lambda gpu_8x_h100_sxm5: no such network between 2 nodes" in told.stdout
    given = vitpose(*COCO, "--gpu", "h100:8", "--nodes", "2", "--network", "100")
    assert "2 x lambda gpu_8x_h100_sxm5" in given.stdout


def test_nodes_speak_tcp_unless_efa_or_a_network_is_named(vitpose):
    two = (*TINY, "--gpu", "h100:8", "--cloud", "aws", "--nodes", "2")
    by = [vitpose(*two, *more) for more in ((), ("--efa",), ("--network", "9"))]
    texts = [" ".join(told.stdout.split()) for told in by]
    assert "between nodes 30 Gbit/s, what gradients reach over TCP" in texts[0]
    assert "between nodes 960 Gbit/s, what gradients reach by EFA" in texts[1]
    assert "between nodes 9 Gbit/s, as --network says" in texts[2]
    assert all(told.exit_code == 0 for told in by)
    assert "between nodes" not in vitpose(*TINY, "--gpu", "h100:8").stdout


def test_nodes_that_cost_more_than_one_are_warned_of(vitpose):
    b = ("plan", "--size", "b", "--prices", PRICES, "--gpu", "h100:8", "--cloud", "aws")
    told = [json.loads(vitpose(*b, *more, "--json").stdout) for more in (NODES, (*NODES, "--efa"))]
    slow, fast = ([each for each in one["warnings"] if "one node" in each] for one in told)
    assert slow[0].endswith("one: 3.1 h and $170: take one, or a faster network")
    assert fast[0].endswith("one: 3.1 h and $170: sooner, and dearer")
    for one in told:
        (two,), (alone,) = one["estimates"], one["of_one_node"]
        assert (two["gpus"], alone["gpus"]) == (16, 8)
        assert two["expected"]["on_demand"] > alone["expected"]["on_demand"]
    dear, cheap = told[0]["estimates"][0], told[0]["of_one_node"][0]
    assert dear["expected"]["hours"] > cheap["expected"]["hours"]
    assert "one node " not in vitpose(*b).stdout


def test_a_batch_larger_than_the_data_is_warned_of(vitpose):
    told = " ".join(vitpose(*TINY, "--data", "coco=100", "--price", "1").stdout.split())
    assert "large batch 512 samples a step, and only 100 there are: each step repeats some" in told
    assert "large batch" not in vitpose(*TINY, "--data", "coco=512", "--price", "1").stdout


def test_the_last_scoring_and_a_start_are_on_the_page(vitpose):
    told = " ".join(vitpose(*TINY, "--gpu", "h100:8", "--cloud", "aws").stdout.split())
    assert "the trained model is scored on one GPU while all are paid: 0.02 of the hours" in told
    assert "a start takes 40 minutes on every node (guessed, for empty disks: 10 to rent" in told
    assert "The first, $37 on demand, comes on top of the table" in told
    assert "crops" not in told.rpartition("not in it")[2]
    own = vitpose(*TINY, "--gpu", "h100:8", "--cloud", "aws", "--restart", "10").stdout
    assert "a start         takes 10 minutes on every node (as --restart says)" in own


def test_the_options_default_is_the_librarys(vitpose):
    told = json.loads(vitpose(*COCO, "--price", "1", "--json").stdout)
    taken = told["assumed"]["interruptions"]
    assert taken == asdict(Interruptions())


def test_a_pretraining_takes_its_own_recipe(vitpose):
    told = json.loads(vitpose(*TINY, "--kind", "pretrain", "--price", "1", "--json").stdout)
    assert [each["name"] for each in told["data"]] == ["coco", "aic"]
    assert told["estimates"][0]["spread"]["accumulate"] == 2
    assert (told["recipe"]["epochs"], told["recipe"]["batch_size"]) == (1600, 4096)


def test_a_distillation_of_nothing_else_said_is_bs_to_s(vitpose):
    told = json.loads(vitpose("plan", "--kind", "distill", "--price", "1", "--json").stdout)
    assert (told["recipe"]["size"], told["recipe"]["teacher"]) == ("s", "b")


@pytest.mark.parametrize(
    ("gpus", "more", "said"),
    [
        (16, ("--cloud", "lambda"), "between the 2 nodes of the measurement is known"),
        (12, ("--cloud", "aws"), "12 GPUs are no whole machines of 8"),
    ],
)
def test_a_measurement_on_other_machines_is_refused_in_a_line(vitpose, journal, gpus, more, said):
    given = ("--measured", journal, "--measured-gpus", gpus, "--gpu", "h100:8", *more)
    told = vitpose(*COCO, *given)
    assert (told.exit_code, len(told.stderr.splitlines())) == (1, 1)
    assert said in told.stderr


def test_a_measurement_on_two_nodes_leaves_out_machines_without_a_network(vitpose, journal):
    given = ("--measured", journal, "--measured-gpus", 16, "--gpu", "h100:8")
    told = vitpose(*COCO, *given)
    assert "left out        lambda gpu_8x_h100_sxm5: no such network" in told.stdout
    assert "30% of the peak of 16 GPUs" in told.stdout


def test_spot_machines_that_are_taken_too_often_never_get_done(vitpose):
    often = ("--gpu", "h100:8", "--cloud", "aws", "--interruptions", "9", "--restart", "60")
    assert "never" in vitpose(*COCO, *often).stdout
    (found,) = json.loads(vitpose(*COCO, *often, "--json").stdout)["estimates"]
    assert found["expected"]["spot"] is None


def test_a_distillation_counts_its_teacher(vitpose):
    alone = json.loads(vitpose(*COCO, "--price", "1", "--json").stdout)
    taught = json.loads(
        vitpose(*COCO, "--price", "1", "--json", "--kind", "distill", "--teacher", "s").stdout
    )
    assert taught["flops"]["training"] > alone["flops"]["training"]
    assert taught["network"]["name"] == "ViTPose-TINY taught by ViTPose-S"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--gpu", "k80"), "no GPU 'k80' is known here, but B200, H200"),
        (("--gpu", "h100:"), "'h100:' is no GPU and number"),
        (("--data", "coco=0"), "'coco=0' is no data set with its counts"),
        (("--teacher", "s"), "--teacher goes with --kind distill"),
        (("--tables", "x", "--data", "coco=3"), "--tables counts by itself"),
        (("--mfu", "0.3", "--measured", "x"), "--measured or --mfu, not both"),
        (("--measured", "x"), "--measured is of one kind of GPU"),
        (("--measured-gpus", "8"), "--measured-gpus goes with --measured"),
        (("--data", "coco", "--data", "aic", "--data", "coco=9"), "coco is named more than once"),
        (("--data", "1st=9"), "'1st=9' is no data set with its counts"),
        (("--efa", "--network", "9"), "--efa or --network, not both"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_reason(vitpose, options, said):
    told = vitpose(*TINY, *options)
    assert told.exit_code == 2
    assert said in " ".join(told.stderr.split())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--gpu", "h100:3"), "no price of h100:3 is known"),
        (("--data", "mine"), "no count of mine is known"),
        (("--data", "coco=9", "--batch-size", "12"), "a batch of 12 does not divide among 8 GPUs"),
        (("--measured", "nowhere.jsonl", "--gpu", "h100"), "nowhere.jsonl: no such file"),
        (("--tables", "nowhere"), "nowhere has no ingested data set"),
        (
            ("--nodes", "2", "--cloud", "lambda", "--gpu", "h100"),
            "no such network between 2 nodes is known",
        ),
    ],
)
def test_what_is_not_known_ends_with_one_line(vitpose, options, said):
    told = vitpose(*TINY, *options)
    assert told.exit_code == 1
    assert said in told.stderr
    assert len(told.stderr.splitlines()) == 1
