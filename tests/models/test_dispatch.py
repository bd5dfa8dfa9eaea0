import torch
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.models.dispatch import Dispatch


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.sampled_from([0, 5]))
def test_a_batch_is_split_into_each_tasks_samples_in_their_order(tasks, every):
    dispatch = Dispatch.by_task(torch.tensor(tasks), every)
    numbers = torch.arange(len(tasks))
    found = {task: own.tolist() for task, own in dispatch.split(numbers[dispatch.order])}
    counted = range(every) if every else sorted(set(tasks))
    assert found == {task: [i for i, t in enumerate(tasks) if t == task] for task in counted}
    assert list(found) == list(counted)
