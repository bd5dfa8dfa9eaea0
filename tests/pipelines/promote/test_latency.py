from pipelines.promote.latency import measure_latency
from pipelines.promote.policy import LatencyBudget
from vitpose_plus.checkpoints import save_model
from vitpose_plus.models import Size

BUDGET = LatencyBudget(batch_size=2, rounds=5)


def sized(make_model, folder, depth):
    size = Size(width=192, depth=depth, heads=3, hidden=768, expert_width=48, decoder_width=32)
    save_model(make_model("coco", size=size), folder)
    return folder


def test_a_deeper_model_takes_longer_and_by_how_much_is_told(make_model, tmp_path):
    slow, fast = sized(make_model, tmp_path / "slow", 24), sized(make_model, tmp_path / "fast", 1)
    found = measure_latency(slow, fast, BUDGET)
    assert found.challenger_ms > found.champion_ms > 0
    assert found.ratio > 1.5
    assert measure_latency(fast, slow, BUDGET).ratio < 0.7


def test_a_model_alone_has_no_ratio(make_model, tmp_path):
    found = measure_latency(sized(make_model, tmp_path / "fast", 1), None, BUDGET)
    assert found.challenger_ms > 0
    assert (found.champion_ms, found.ratio) == (None, None)
