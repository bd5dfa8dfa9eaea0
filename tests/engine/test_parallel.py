from pathlib import Path

import pytest
import torch

from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.launch import launch
from vitpose_plus.engine.parallel import load_whole, whole_state, whole_weights
from vitpose_plus.engine.world import World

TOYS = Path(__file__).parent / "toys"
STRATEGIES = ("ddp", "fsdp")


@pytest.fixture(scope="module")
def toy():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOYS)
        patch.setenv("PYTHONPATH", str(TOYS))
        import toy_spread

        yield toy_spread


@pytest.fixture(scope="module")
def alone(toy):
    """The toy trained by one process, in parts."""
    return {n: toy.Trained("ddp", n, World()).outcome() for n in (1, 2)}


@pytest.fixture(scope="module")
def together(toy, tmp_path_factory):
    """The same by two processes in every way, by name."""
    folder = tmp_path_factory.mktemp("together")
    torch.save(toy.Trained("ddp", 1, World()).outcome(steps=2), folder / "one-2.pt")
    job = toy.Comparison(folder=folder)
    launch("toy_spread", job, Launch(processes=2, restarts=0), folder, toy.Compared)
    return {path.stem: torch.load(path) for path in folder.glob("*.pt")}


def state(outcome):
    return outcome["weights"], outcome["optimiser"]


def same_bits(found, wanted):
    """Of two pairs of weights and an optimiser's state."""
    for one, other in zip(found[1]["param_groups"], wanted[1]["param_groups"], strict=True):
        assert [one[key] for key in ("name", "params")] == [
            other[key] for key in ("name", "params")
        ]
    pairs = [(weights, optimiser["state"]) for weights, optimiser in (found, wanted)]
    torch.testing.assert_close(*pairs, rtol=0, atol=0)


@pytest.fixture
def resumed(alone, together, request):
    return together[f"{request.param}-resumed"]


def test_one_process_keeps_the_objective_itself(toy):
    trained = toy.Trained("fsdp", 1, World())
    assert trained.module is trained.objective


def test_the_state_goes_by_the_networks_own_names(toy):
    trained = toy.Trained("ddp", 1, World())
    weights, empty = whole_state(trained.objective, trained.optimiser)
    assert empty == {}
    assert not trained.optimiser.state
    trained.step(0)
    _, optimiser = whole_state(trained.objective, trained.optimiser)
    network = trained.objective.network
    learning = {name for name, p in network.named_parameters() if p.requires_grad}
    assert weights.keys() == network.state_dict().keys()
    assert optimiser["state"].keys() == learning
    assert {n for group in optimiser["param_groups"] for n in group["params"]} == learning


def test_a_state_is_a_copy_both_ways(toy):
    trained, other = toy.Trained("ddp", 1, World()), toy.Trained("ddp", 1, World())
    trained.step(0)
    held = whole_state(trained.objective, trained.optimiser)
    kept = whole_state(trained.objective, trained.optimiser)
    load_whole(other.objective, other.optimiser, *held)
    for each in (trained, other):
        each.step(1)
    same_bits(held, kept)
    changed = whole_weights(trained.objective)
    assert not torch.equal(changed["blocks.0.weight"], held[0]["blocks.0.weight"])


def test_going_on_from_a_state_is_bitwise_the_same_on_one_process(toy, alone):
    first, second = toy.Trained("ddp", 1, World()), toy.Trained("ddp", 1, World())
    first.outcome(steps=2)
    load_whole(second.objective, second.optimiser, *whole_state(first.objective, first.optimiser))
    found = second.outcome(first=2, steps=1)
    same_bits(state(found), state(alone[1]))


def test_clipping_tells_the_norm_before_and_leaves_it_at_most(toy):
    trained = toy.Trained("ddp", 1, World())
    gradients, norm = trained.step(0)
    wanted = torch.stack([values.square().sum() for values in gradients.values()]).sum().sqrt()
    torch.testing.assert_close(norm, wanted)
    assert norm > toy.CLIP
    learning = [p for p in trained.objective.network.parameters() if p.grad is not None]
    clipped = torch.stack([p.grad.square().sum() for p in learning]).sum().sqrt()
    torch.testing.assert_close(clipped, torch.tensor(toy.CLIP))


@pytest.mark.slow
@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_two_processes_train_as_one_does(alone, together, strategy, accumulate):
    wanted, found = alone[accumulate], together[f"{strategy}-{accumulate}"]
    scale = wanted["norms"].max().item()
    torch.testing.assert_close(found["gradients"], wanted["gradients"], rtol=0, atol=1e-6 * scale)
    torch.testing.assert_close(found["norms"], wanted["norms"], rtol=1e-6, atol=0)
    assert found["weights"].keys() == wanted["weights"].keys()
    torch.testing.assert_close(found["weights"], wanted["weights"], rtol=0, atol=1e-6)
    torch.testing.assert_close(found["teacher"], wanted["teacher"], rtol=0, atol=0)


@pytest.mark.slow
@pytest.mark.parametrize("resumed", STRATEGIES, indirect=True)
def test_two_processes_take_up_what_one_began(alone, together, resumed):
    same_bits(resumed["at_once"], state(together["one-2"]))
    torch.testing.assert_close(resumed["weights"], alone[1]["weights"], rtol=0, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_one_process_takes_up_what_two_left(toy, together, strategy):
    left = together[f"{strategy}-1"]
    trained = toy.Trained("ddp", 1, World())
    load_whole(trained.objective, trained.optimiser, left["weights"], left["optimiser"])
    same_bits(whole_state(trained.objective, trained.optimiser), state(left))


@pytest.mark.slow
@pytest.mark.parametrize("resumed", STRATEGIES, indirect=True)
def test_a_scoring_with_other_weights_is_forgotten_by_the_next_step(toy, resumed):
    """FSDP keeps what it gathered for a forward pass: it must not be what the step then uses."""
    trained = toy.Trained("ddp", 1, World())
    load_whole(trained.objective, trained.optimiser, resumed["again"], {})
    torch.testing.assert_close(resumed["scored"], trained.scored(), rtol=0, atol=1e-5)
    assert not torch.allclose(resumed["doubled"], resumed["scored"], atol=0.1)
