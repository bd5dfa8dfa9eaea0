import sys
from dataclasses import replace

import onnx
import pytest
import torch

from vitpose_plus.checkpoints.onnx import export, export_onnx
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import AttentionPattern, Size

SMALL = Size(width=96, depth=2, heads=3, hidden=192, expert_width=24, decoder_width=32)
WINDOWS = {"ratio": 2, "ffn": "plain"}


@pytest.fixture
def make_small(make_random):
    def make(*names, **fields):
        return make_random(*names, **({"size": SMALL} | fields))

    return make


def windows(kind):
    return WINDOWS | {"attention": AttentionPattern(kind=kind, window=(4, 3))}


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"ffn": "plain"}, id="plain"),
        pytest.param({"decoder": "simple", "ratio": 2}, id="partially shared, simple at 1/8"),
        pytest.param({"ffn": "independent", "decoder": "simple"}, id="independent, simple"),
        pytest.param({"ffn": "shared_and_independent", "ratio": 2}, id="shared and independent"),
        pytest.param({"size": replace(SMALL, convolutions=True)}, id="convolutions, as size g"),
        pytest.param(windows("shift_pool"), id="shifted and pooled windows"),
        pytest.param({"knowledge_tokens": 2}, id="knowledge tokens"),
        pytest.param(windows("window"), id="windows", marks=pytest.mark.slow),
        pytest.param(windows("shift"), id="shifted windows", marks=pytest.mark.slow),
        pytest.param(windows("pool"), id="pooled windows", marks=pytest.mark.slow),
    ],
)
def test_onnx_runtime_draws_the_same_heatmaps(fields, make_small, draws_the_same, tmp_path):
    names = ("coco",) if fields.get("ffn") == "plain" else ("coco", "mpii")
    model = make_small(*names, **fields)
    export_onnx(model, tmp_path / "a.onnx", names[-1])
    draws_the_same(tmp_path / "a.onnx", model, names[-1])


def test_a_real_size_at_full_depth_draws_the_same_heatmaps(make_random, draws_the_same, tmp_path):
    model = make_random("coco", size="tiny", input_size=(256, 192), ffn="plain")
    export_onnx(model, tmp_path / "a.onnx")
    draws_the_same(tmp_path / "a.onnx", model, "coco")


@pytest.mark.usefixtures("_own_logging")
def test_the_file_can_be_used_alone(make_small, tmp_path, capfd):
    export_onnx(make_small("coco", "mpii"), tmp_path / "a.onnx", "mpii")
    assert capfd.readouterr() == ("", "")
    assert [p.name for p in tmp_path.iterdir()] == ["a.onnx"]
    found = onnx.load(tmp_path / "a.onnx")
    onnx.checker.check_model(found)
    assert {p.key: p.value for p in found.metadata_props}["task"] == '"mpii"'
    assert "heatmaps [batch, K, H/4, W/4]" in found.doc_string
    assert [o.version for o in found.opset_import if not o.domain] == [export.OPSET]
    assert axes(found.graph.input) == {"images": ["batch", 3, 64, 48]}
    assert axes(found.graph.output) == {"heatmaps": ["batch", 16, 16, 12]}
    assert "BatchNormalization" not in {node.op_type for node in found.graph.node}


def axes(values):
    return {
        value.name: [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]
        for value in values
    }


def test_no_path_of_this_machine_is_written(make_small, tmp_path):
    export_onnx(make_small("coco", ffn="plain"), tmp_path / "a.onnx")
    content = (tmp_path / "a.onnx").read_bytes()
    assert b".py" not in content
    assert str(tmp_path).encode() not in content


def test_heavy_weights_lie_beside_the_file(make_small, draws_the_same, tmp_path, monkeypatch):
    model = make_small("coco", ffn="plain")
    file = tmp_path / "new folder" / "a.onnx"
    monkeypatch.setattr(export, "ONE_FILE", 0)
    export_onnx(model, file)
    assert sorted(p.name for p in file.parent.iterdir()) == ["a.onnx", "a.onnx.data"]
    draws_the_same(file, model, "coco")

    monkeypatch.undo()
    export_onnx(model, file)
    assert [p.name for p in file.parent.iterdir()] == ["a.onnx"]
    draws_the_same(file, model, "coco")


def test_other_heatmaps_leave_everything_as_it_was(make_small, tmp_path):
    model = make_small("coco", ffn="plain")
    model.backbone.last_norm.weight.data[0] = torch.nan
    (tmp_path / "a.onnx").write_text("before")
    with pytest.raises(CheckpointError, match="nothing was written"):
        export_onnx(model, tmp_path / "a.onnx")
    assert (tmp_path / "a.onnx").read_text() == "before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.onnx"]


def test_the_model_is_not_altered(make_small, tmp_path):
    model = make_small("coco", ffn="plain").train()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    export_onnx(model, tmp_path / "a.onnx")
    assert model.training
    assert all(p.requires_grad for p in model.parameters())
    assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())


@pytest.mark.parametrize(
    ("task", "told"), [(None, "holds one decoder: name"), ("aic", "unknown task 'aic': name")]
)
def test_the_tasks_to_choose_from_are_listed(task, told, make_small, tmp_path):
    with pytest.raises(CheckpointError, match=f"{told} the task to export, one of coco, mpii"):
        export_onnx(make_small("coco", "mpii"), tmp_path / "a.onnx", task)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("package", ["onnx", "onnxruntime", "onnxscript"])
def test_a_missing_package_is_named_with_the_extra_that_has_it(
    package, make_small, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(CheckpointError, match=rf"{package}, which is missing.*\[export\]"):
        export_onnx(make_small("coco"), tmp_path / "a.onnx")
