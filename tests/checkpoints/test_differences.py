"""How tensors differ from a model's."""

import torch

from vitpose_plus.checkpoints.differences import cut, differences, every

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


def test_names_that_differ_in_numbers_alone_are_all_told_as_one():
    names = [f"blocks.{b}.experts.{e}.bias" for b in range(12) for e in (0, 1, 4)]
    assert every([*names, "norm.bias"]) == "blocks.{0-11}.experts.{0,1,4}.bias, norm.bias"
    assert every(["blocks.3.norm1.bias"]) == "blocks.3.norm1.bias"
    kinds = [chr(97 + a) + chr(97 + b) for a in range(2) for b in range(21)]
    assert every(kinds).endswith("bs and 2 other kinds")


def test_a_long_list_is_cut_with_a_count():
    assert cut([str(i) for i in range(12)]).endswith("9 and 2 more")
    assert cut(["a", "b"]) == "a, b"
