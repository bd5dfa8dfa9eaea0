"""What a file may be packed in, and that nothing it carries is run."""

import argparse
import json
import os
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from vitpose_plus.checkpoints.tensors import read_tensors
from vitpose_plus.errors import CheckpointError


@pytest.fixture
def weights():
    return {"a.weight": torch.randn(3, 2), "a.steps": torch.tensor(4)}


def assert_same(found, wanted):
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


class Payload:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("key", ["state_dict", "model", "module", None])
def test_tensors_lie_under_a_key_or_bare(weights, key, tmp_path):
    torch.save({key: weights, "epoch": 3} if key else weights, tmp_path / "w.pth")
    assert_same(read_tensors(tmp_path / "w.pth"), weights)


def test_the_name_of_a_file_does_not_matter(weights, tmp_path):
    save_file(weights, tmp_path / "safetensors.pth")
    torch.save(weights, tmp_path / "pickle.safetensors")
    assert_same(read_tensors(tmp_path / "safetensors.pth"), weights)
    assert_same(read_tensors(tmp_path / "pickle.safetensors"), weights)


def test_a_file_of_an_old_pytorch_is_read(weights, tmp_path):
    torch.save({"state_dict": weights}, tmp_path / "w", _use_new_zipfile_serialization=False)
    assert_same(read_tensors(tmp_path / "w"), weights)


def test_a_parallel_prefix_is_taken_off_when_all_have_it(weights, tmp_path):
    save_file({f"module.{name}": w for name, w in weights.items()}, tmp_path / "all")
    assert_same(read_tensors(tmp_path / "all"), weights)
    save_file(weights | {"module.b": torch.ones(1)}, tmp_path / "one")
    assert "module.b" in read_tensors(tmp_path / "one")


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_floats_come_as_float32_and_counts_as_they_are(dtype, tmp_path):
    save_file({"a": torch.ones(2, dtype=dtype), "n": torch.tensor(2**40)}, tmp_path / "w")
    found = read_tensors(tmp_path / "w")
    assert found["a"].dtype == torch.float32
    assert found["n"] == 2**40


@pytest.mark.parametrize("zipped", [True, False])
def test_code_in_a_pickle_is_refused_by_name_and_does_not_run(weights, zipped, tmp_path):
    evil = {"state_dict": weights, "meta": Payload(tmp_path / "it_ran")}
    torch.save(evil, tmp_path / "w.pth", _use_new_zipfile_serialization=zipped)
    with pytest.raises(CheckpointError, match=r"w\.pth carries .*posix\.mkdir"):
        read_tensors(tmp_path / "w.pth")
    assert not (tmp_path / "it_ran").exists()
    # The payload is live: reading with code allowed runs it.
    torch.load(tmp_path / "w.pth", weights_only=False)
    assert (tmp_path / "it_ran").exists()


def test_a_bare_pickle_that_calls_the_system_is_refused(tmp_path):
    touched = tmp_path / "it_ran"
    command = f"cposix\nsystem\n(S'touch {touched}'\ntR."
    (tmp_path / "w.pth").write_bytes(command.encode())
    with pytest.raises(CheckpointError):
        read_tensors(tmp_path / "w.pth")
    assert not touched.exists()
    pickle.loads((tmp_path / "w.pth").read_bytes())
    assert touched.exists()


def test_the_arguments_that_mae_keeps_are_read_over(weights, tmp_path):
    arguments = argparse.Namespace(lr=1e-3, device="cuda", output_dir=None)
    torch.save({"model": weights, "args": arguments, "scaler": {}}, tmp_path / "mae.pth")
    assert_same(read_tensors(tmp_path / "mae.pth"), weights)


def test_a_namespace_may_not_smuggle_code(weights, tmp_path):
    arguments = argparse.Namespace(lr=Payload(tmp_path / "it_ran"))
    torch.save({"model": weights, "args": arguments}, tmp_path / "mae.pth")
    with pytest.raises(CheckpointError, match=r"posix\.mkdir"):
        read_tensors(tmp_path / "mae.pth")
    assert not (tmp_path / "it_ran").exists()


@pytest.mark.parametrize("core", ["numpy.core.multiarray", "numpy._core.multiarray"])
def test_the_scores_that_mmcv_keeps_are_read_over(core, weights, tmp_path):
    numbers = {"best_score": np.float64(0.758), "half": np.float32(1), "epoch": np.int64(210)}
    meta = {"hook_msgs": numbers | {"better": np.bool_(True)}}
    torch.save(
        {"state_dict": weights, "meta": meta}, tmp_path / "w", _use_new_zipfile_serialization=False
    )
    content = (tmp_path / "w").read_bytes()
    new = b"cnumpy._core.multiarray\nscalar"
    assert new in content
    (tmp_path / "w").write_bytes(content.replace(new, f"c{core}\nscalar".encode()))
    assert_same(read_tensors(tmp_path / "w"), weights)


@pytest.mark.parametrize(
    "wrap", [list, lambda p: np.array(p, dtype=object), lambda p: {"a": np.float64(1), "b": p[0]}]
)
def test_numbers_may_not_smuggle_code(wrap, weights, tmp_path):
    meta = wrap([Payload(tmp_path / "it_ran")])
    torch.save({"state_dict": weights, "meta": meta}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match=r"carries more .*Nothing was run"):
        read_tensors(tmp_path / "w.pth")
    assert not (tmp_path / "it_ran").exists()


@pytest.mark.filterwarnings("ignore::UserWarning")  # torch's, of the kinds themselves
def test_tensors_that_no_weights_can_be_are_refused_together(weights, tmp_path):
    strange = {
        "bomb": torch.ones(1).half().expand(2**20, 2**20),
        "complex": torch.ones(2, dtype=torch.complex64),
        "meta": torch.ones(2, device="meta"),
        "quantised": torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8),
        "sparse": torch.eye(2).to_sparse(),
    }
    torch.save(weights | strange, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match=r"w\.pth holds tensors") as caught:
        read_tensors(tmp_path / "w.pth")
    for told in ("bomb (larger than", "complex (c", "meta (no v", "quantised (q", "sparse (s"):
        assert told in str(caught.value)
    assert "a.weight" not in str(caught.value)


def test_tensors_that_share_memory_come_apart(weights, tmp_path):
    whole = torch.randn(4, 3)
    shared = {"whole": whole, "again": whole, "row": whole[1]}
    torch.save(weights | shared, tmp_path / "w.pth")
    found = read_tensors(tmp_path / "w.pth")
    assert_same(found, weights | shared)
    assert len({w.untyped_storage().data_ptr() for w in found.values()}) == len(found)


@pytest.mark.parametrize("kind", ["pickle", "legacy", "safetensors"])
def test_a_file_cut_short_is_damaged(kind, weights, tmp_path):
    path = tmp_path / "w"
    if kind == "safetensors":
        save_file(weights, path)
    else:
        torch.save(weights, path, _use_new_zipfile_serialization=kind == "pickle")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(CheckpointError, match=r"w is damaged .*download it again"):
        read_tensors(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty"), (b"<html>not found", "no checkpoint"), (b"\x80\x02}.", "no checkpoint")],
)
def test_what_is_no_checkpoint_is_told(content, message, tmp_path):
    (tmp_path / "w.pth").write_bytes(content)
    with pytest.raises(CheckpointError, match=rf"w\.pth.*{message}"):
        read_tensors(tmp_path / "w.pth")


def test_a_tar_of_the_first_pytorch_is_refused(tmp_path):
    with tarfile.open(tmp_path / "w.pth", "w") as tar:
        (tmp_path / "pickle").write_bytes(pickle.dumps(1))
        tar.add(tmp_path / "pickle", "pickle")
    with pytest.raises(CheckpointError, match="no checkpoint"):
        read_tensors(tmp_path / "w.pth")


def test_entries_that_are_no_tensors_are_named(weights, tmp_path):
    torch.save(weights | {"epoch": 3}, tmp_path / "w.pth")
    with pytest.raises(CheckpointError, match=r"1 of 3 entries.*epoch"):
        read_tensors(tmp_path / "w.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(CheckpointError, match="no tensors by name"):
        read_tensors(tmp_path / "list.pth")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"nowhere\.pth does not exist"):
        read_tensors(tmp_path / "nowhere.pth")


def test_a_folder_of_shards_is_read_whole(weights, tmp_path):
    where = dict(zip(weights, ("1.safetensors", "2.safetensors"), strict=True))
    for name, file in where.items():
        save_file({name: weights[name]}, tmp_path / file)
    index = tmp_path / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": where}))
    assert_same(read_tensors(tmp_path), weights)
    index.write_text(json.dumps({"weight_map": where | {"b": "1.safetensors"}}))
    with pytest.raises(CheckpointError, match=r"index\.json.*b"):
        read_tensors(tmp_path)


@pytest.mark.parametrize(
    "index",
    ["[", "[]", "5", "{}"]
    + [f'{{"weight_map": {m}}}' for m in ('{"a": "../../a"}', '{"a": 5}', "[1]", "null", '"ab"')],
)
def test_a_strange_index_is_refused(index, tmp_path):
    (tmp_path / "model.safetensors.index.json").write_text(index)
    with pytest.raises(CheckpointError, match=r"index\.json"):
        read_tensors(tmp_path)


def test_a_folder_may_hold_a_pickle(weights, tmp_path):
    with pytest.raises(CheckpointError, match="no weights"):
        read_tensors(tmp_path)
    torch.save(weights, tmp_path / "pytorch_model.bin")
    assert_same(read_tensors(tmp_path), weights)
