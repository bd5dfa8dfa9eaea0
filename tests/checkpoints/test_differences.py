"""How tensors differ from a model's."""

import torch

from vitpose_plus.checkpoints.differences import cut, differences

WANTED = {"a": torch.ones(2), "n": torch.tensor(1)}


def test_the_same_shapes_and_kinds_do_not_differ():
    assert (
        differences({"a": torch.ones(2).half(), "n": torch.tensor(1, dtype=torch.int32)}, WANTED)
        == ""
    )


def test_integers_for_floats_are_of_another_kind():
    found = differences(WANTED | {"a": torch.ones(2, dtype=torch.int8)}, WANTED, str.upper)
    assert found == "of another kind (1): A torch.int8 for torch.float32"
    assert "n torch.float32 for torch.int64" in differences(
        WANTED | {"n": torch.tensor(1.0)}, WANTED
    )


def test_a_long_list_is_cut_with_a_count():
    assert cut([str(i) for i in range(12)]).endswith("9 and 2 more")
    assert cut(["a", "b"]) == "a, b"
