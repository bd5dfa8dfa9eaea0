"""Does ONNX Runtime compute from a file what our model computes?"""

import logging
from pathlib import Path

import torch

from vitpose_plus.checkpoints.parity import compare
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose

log = logging.getLogger(__name__)

TOLERANCE = 1e-3  # of the largest value in a heatmap
_ERRORS = 3  # the level of ONNX Runtime's own log


def require_packages() -> None:
    """Say how to get the packages that write and verify ONNX where one is missing.

    Raises:
        CheckpointError: one is.
    """
    try:
        import onnx  # noqa: F401
        import onnxruntime  # type: ignore[import-untyped]  # noqa: F401
        import onnxscript  # noqa: F401
    except ImportError as error:
        raise CheckpointError(
            f"ONNX is written and verified with {error.name}, which is missing: "
            "install vitpose-plus[export]"
        ) from error


@torch.no_grad()
def verify(file: Path, model: ViTPose) -> None:
    """Compare the heatmaps of a batch of one and of three random pictures.

    Args:
        file: that `export_onnx` wrote.
        model: plain, of one task, on the CPU, in evaluation mode.

    Raises:
        CheckpointError: the heatmaps differ.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = _ERRORS
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    draw = torch.Generator().manual_seed(0)
    task = model.config.tasks[0].name
    for batch in (1, 3):
        images = torch.randn(batch, 3, *model.config.input_size, generator=draw)
        (found,) = session.run(["heatmaps"], {"images": images.numpy()})
        apart = compare(torch.from_numpy(found), model(images, task), TOLERANCE, "ONNX Runtime")
        log.info("ONNX Runtime, batch of %d: %.1e of the maximum apart", batch, apart)
