import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.engine.batches import AGAIN, GlobalBatches


def order(samples):
    return lambda epoch: [(epoch, index) for index in range(samples)]


@given(
    samples=st.integers(1, 40),
    per=st.integers(1, 4),
    world=st.integers(1, 3),
    parts=st.integers(1, 3),
)
def test_processes_and_parts_only_cut_up_the_same_batches(samples, per, world, parts):
    size = per * world * parts
    (whole,) = [list(GlobalBatches(order(samples), size))]
    cut = [
        list(GlobalBatches(order(samples), size, world_size=world, rank=rank, accumulate=parts))
        for rank in range(world)
    ]
    for step, batch in enumerate(whole):
        own = [cut[rank][step * parts + part] for rank in range(world) for part in range(parts)]
        assert sorted(batch) == sorted(key for part in own for key in part)
        assert {len(part) for part in own} == {per}


@given(samples=st.integers(1, 40), size=st.integers(1, 12), data=st.data())
def test_an_epoch_taken_up_in_the_middle_gives_its_rest(samples, size, data):
    batches = GlobalBatches(order(samples), size)
    batches.begin(3)
    whole = list(batches)
    step = data.draw(st.integers(0, len(whole)))
    batches.begin(3, step)
    assert len(batches) == len(whole) - step
    assert list(batches) == whole[step:]


def test_all_samples_are_seen_and_what_comes_again_is_drawn_anew():
    batches = GlobalBatches(order(6), 16)
    (batch,) = list(batches)
    assert [index for _, index in batch] == [*range(6), *range(6), *range(4)]
    assert len(set(batch)) == 16
    assert batch[6] == (AGAIN, 0)


def test_a_batch_that_does_not_divide_is_refused():
    with pytest.raises(ValueError, match="a batch of 6 has no 4 equal parts"):
        GlobalBatches(order(6), 6, world_size=2, accumulate=2)


def test_nothing_to_train_on_is_refused():
    with pytest.raises(ValueError, match="no samples"):
        GlobalBatches(order(0), 2)
