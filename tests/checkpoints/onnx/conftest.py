import numpy as np
import pytest
import torch

from vitpose_plus.models import ViTPose


@pytest.fixture
def draws_the_same():
    """Assert that ONNX Runtime draws from a file what a model draws, for one and five pictures."""

    def check(file, model: ViTPose, task: str) -> None:
        import onnxruntime

        session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        for batch in (1, 5):
            images = torch.randn(batch, 3, *model.config.input_size)
            with torch.no_grad():
                expected = model(images, task).numpy()
            (heatmaps,) = session.run(None, {"images": images.numpy()})
            scale = np.abs(expected).max()
            assert scale > 1e-3
            np.testing.assert_allclose(heatmaps, expected, rtol=1e-4, atol=1e-4 * scale)

    return check
