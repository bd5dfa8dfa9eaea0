"""How fast a training is, how long it waits for data, and how much of the device it uses."""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch

from vitpose_plus.engine.config import Precision
from vitpose_plus.engine.precision import resolve_precision

BACKWARD_AND_FORWARD = 3  # The backward pass costs two forward passes: by weights and by inputs.
FLOPS_A_MULTIPLY_ADD = 2

# Dense TFLOP/s by NVIDIA's data sheets: tensor cores in bfloat16 or float16 (with float32 sums),
# and float32 without TF32, which PyTorch leaves off for matrix products.
TERAFLOPS: Mapping[str, tuple[float, float]] = {
    "B200": (2250, 75),
    "H200 NVL": (835, 60),
    "H200": (989, 67),
    "H100 NVL": (835, 60),
    "H100 PCIe": (756, 51),
    "H100": (989, 67),
    "A100": (312, 19.5),
    "A40": (150, 37.4),
    "A30": (165, 10.3),
    "A10G": (70, 31.5),
    "A10": (125, 31.2),
    "L40S": (362, 91.6),
    "L40": (181, 90.5),
    "L4": (121, 30.3),
    "V100 PCIE": (112, 14),
    "V100": (125, 15.7),
    "T4": (65, 8.1),
    "RTX 4090": (165, 82.6),
    "RTX 3090": (71, 35.6),
}
FLOAT16_ONLY = {"V100 PCIE", "V100", "T4"}  # Their tensor cores know no bfloat16.
OTHER_DEVICES = {"mig", "laptop", "ti", "d", "super", "max"}  # Slower or faster namesakes.


class Speed:
    """Counts samples and seconds between two looks.

    MFU, model FLOPs utilisation (PaLM, Chowdhery et al. 2022), is the share of the devices' peak
    that the model's own arithmetic takes: three forward passes' worth a sample. What activation
    checkpointing computes again does not count, and what is frozen is not taken off.

    Args:
        multiply_adds: of one sample's forward pass.
        peak: FLOP/s of all devices that share the samples together; None: not known.
        clock: seconds.
    """

    def __init__(
        self,
        multiply_adds: int = 0,
        peak: float | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._flops = BACKWARD_AND_FORWARD * FLOPS_A_MULTIPLY_ADD * multiply_adds
        self._peak, self._clock = peak, clock
        self._begin()

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around what fetches a batch.

        On a GPU an upper bound: it may still compute what was queued before.
        """
        began = self._clock()
        try:
            yield
        finally:
            self._waited += self._clock() - began

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Around what is no training: scoring, drawing, writing."""
        began = self._clock()
        try:
            yield
        finally:
            self._began += self._clock() - began

    def step(self, samples: int) -> None:
        """A step is done, on so many samples of all processes together."""
        self._samples += samples

    def take(self) -> dict[str, float]:
        """The figures since the last look: none if no step was done.

        Returns:
            `samples_per_second`; `data_wait`, the share of time; `mfu`, where the peak is known.
        """
        seconds, samples = self._clock() - self._began, self._samples
        waited = self._waited
        self._begin()
        if not samples or seconds <= 0:
            return {}
        figures = {"samples_per_second": samples / seconds, "data_wait": waited / seconds}
        if self._peak and self._flops:
            figures["mfu"] = self._flops * samples / seconds / self._peak
        return figures

    def _begin(self) -> None:
        self._began, self._waited, self._samples = self._clock(), 0.0, 0


def peak_flops(device: torch.device, precision: Precision) -> float | None:
    """What one device could do a second; None: not known, as of a CPU."""
    if device.type != "cuda":
        return None
    return peak_of(torch.cuda.get_device_name(device), precision)


def peak_of(name: str, precision: Precision) -> float | None:
    """The same, by a GPU's name as its driver gives it, "NVIDIA A100-SXM4-80GB"."""
    words = set(re.split(r"[\s-]+", name.lower()))
    known = [key for key in TERAFLOPS if set(key.lower().split()) <= words]
    resolved = resolve_precision(precision)
    if not known or words & OTHER_DEVICES:
        return None
    if resolved == "bf16-mixed" and known[0] in FLOAT16_ONLY:
        return None
    tensor_cores, float32 = TERAFLOPS[known[0]]
    return (float32 if resolved == "32-true" else tensor_cores) * 1e12
