"""One task of a model as an ONNX file."""

import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from vitpose_plus.checkpoints.onnx.describe import USE, describe_use
from vitpose_plus.checkpoints.onnx.parity import require_packages, verify
from vitpose_plus.checkpoints.tasks import chosen_task
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose
from vitpose_plus.models.dispatch import Dispatch

if TYPE_CHECKING:
    from torch.onnx import ONNXProgram

OPSET = 20  # the first one with Gelu
ONE_FILE = 1_500_000_000  # bytes of weights; protobuf ends at 2 GiB


def export_onnx(model: ViTPose, file: Path | str, task: str | None = None) -> None:
    """Write one task's plain model, whose batch may be of any size.

    Its input is `images` [batch, 3, H, W], its output `heatmaps` [batch, K, H/4, W/4]; its
    metadata are those of `describe_use`. BatchNorms are folded into their convolutions. Weights
    beyond 1.5 GB (sizes h and g) lie beside it in `<file>.data`.

    ONNX Runtime must give the same heatmaps, to 1e-3 of their maximum, before the file appears
    or is replaced.

    Args:
        model: on any device, in any mode; it is not altered.
        file: `….onnx`.
        task: whose keypoints; may be left out if the model serves one task alone.

    Raises:
        CheckpointError: a package is missing, there is no such task, torch cannot export the
            model, or ONNX Runtime computes something else.
    """
    name = chosen_task(model.config, task)
    require_packages()
    # Where weights could learn, torch traces another attention than it then lowers.
    plain = model.for_task(name).cpu().float().eval().requires_grad_(False)
    file = Path(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{file.name}.", dir=file.parent) as folder:
        part = Path(folder) / file.name
        _write(plain, part)
        verify(part, plain)
        _move(part, file)


class _Network(nn.Module):
    """A plain ViTPose with one argument."""

    def __init__(self, model: ViTPose) -> None:
        super().__init__()
        self.backbone, self.head = model.backbone, model.heads[0]

    def forward(self, images: Tensor) -> Tensor:
        # Not len(images): it would fix the batch's size.
        dispatch = Dispatch.one_task(0, images.shape[0], images.device)
        return self.head(self.backbone(images, dispatch))


def _write(plain: ViTPose, part: Path) -> None:
    program = _exported(plain)
    program.model.producer_name = "vitpose-plus"
    program.model.doc_string = USE
    program.model.metadata_props.update(describe_use(plain.config))
    for node in program.model.graph.all_nodes():
        # Stack traces, with this machine's paths.
        node.metadata_props.clear()
    size = sum(weight.numel() * weight.element_size() for weight in plain.state_dict().values())
    program.save(part, external_data=size > ONE_FILE)


def _exported(plain: ViTPose) -> "ONNXProgram":
    # Two pictures: torch takes a batch of one for a fixed size.
    images = torch.zeros(2, 3, *plain.config.input_size)
    with warnings.catch_warnings():
        # Of torch's own workings; what matters is compared afterwards.
        warnings.simplefilter("ignore")
        try:
            program = torch.onnx.export(
                _Network(plain).eval(),
                (images,),
                input_names=["images"],
                output_names=["heatmaps"],
                dynamic_shapes={"images": {0: "batch"}},
                opset_version=OPSET,
                dynamo=True,
                verbose=False,
            )
        except torch.onnx.OnnxExporterError as error:
            raise CheckpointError(
                f"torch {torch.__version__} cannot export this model "
                f"({str(error).splitlines()[0]}): try another version of torch"
            ) from error
    assert program is not None
    return program


def _move(part: Path, file: Path) -> None:
    """Take the files to their place. Cut short, it leaves no model rather than two halves."""
    data = file.with_name(f"{file.name}.data")
    new_data = part.with_name(data.name)
    if data.exists() or new_data.exists():
        file.unlink(missing_ok=True)
        data.unlink(missing_ok=True)
    if new_data.exists():
        new_data.replace(data)
    part.replace(file)
