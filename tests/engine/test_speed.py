import pytest
import torch

from vitpose_plus.engine.speed import Speed, peak_flops, peak_of


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now

    def run(self, seconds):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


def train(speed, clock, steps, wait, work, samples=64):
    for _ in range(steps):
        with speed.waiting():
            clock.run(wait)
        clock.run(work)
        speed.step(samples)


def test_samples_and_waiting_are_counted_between_two_looks(clock):
    speed = Speed(clock=clock)
    train(speed, clock, steps=8, wait=0.25, work=0.75)
    assert speed.take() == {"samples_per_second": 64.0, "data_wait": 0.25}
    train(speed, clock, steps=4, wait=0.0, work=0.5)
    assert speed.take() == {"samples_per_second": 128.0, "data_wait": 0.0}


def test_scoring_is_no_time_of_training(clock):
    speed = Speed(clock=clock)
    train(speed, clock, steps=1, wait=0.5, work=0.5)
    with speed.paused():
        clock.run(1000.0)
    assert speed.take() == {"samples_per_second": 64.0, "data_wait": 0.5}


def test_a_wait_that_ends_in_an_exception_is_counted(clock):
    speed = Speed(clock=clock)
    with pytest.raises(StopIteration), speed.waiting():
        clock.run(1.0)
        raise StopIteration
    clock.run(3.0)
    speed.step(8)
    assert speed.take() == {"samples_per_second": 2.0, "data_wait": 0.25}


def test_a_window_without_a_step_has_no_figures(clock):
    speed = Speed(10**9, 1e12, clock=clock)
    clock.run(5.0)
    assert speed.take() == {}
    train(speed, clock, steps=1, wait=0.0, work=1.0)
    assert speed.take()["samples_per_second"] == 64.0


def test_a_sample_costs_three_forward_passes(clock):
    # ViTPose-B: 18.5 G multiply-adds, 37 GFLOP forward, 111 with the backward pass.
    speed = Speed(18_500_000_000, 4 * 312e12, clock=clock)
    train(speed, clock, steps=10, wait=0.0, work=1.0, samples=5000)
    assert speed.take()["mfu"] == pytest.approx(5000 * 111e9 / 1248e12)


def test_without_a_peak_there_is_no_share_of_it(clock):
    speed = Speed(10**9, None, clock=clock)
    train(speed, clock, steps=1, wait=0.0, work=1.0)
    assert speed.take().keys() == {"samples_per_second", "data_wait"}


@pytest.mark.parametrize(
    ("name", "half", "single"),
    [
        ("NVIDIA A100-SXM4-80GB", 312e12, 19.5e12),
        ("NVIDIA H100 80GB HBM3", 989e12, 67e12),
        ("NVIDIA H100 PCIe", 756e12, 51e12),
        ("NVIDIA H200", 989e12, 67e12),
        ("NVIDIA H200 NVL", 835e12, 60e12),
        ("NVIDIA B200", 2250e12, 75e12),
        ("NVIDIA L4", 121e12, 30.3e12),
        ("NVIDIA L40S", 362e12, 91.6e12),
        ("NVIDIA A10", 125e12, 31.2e12),
        ("NVIDIA A10G", 70e12, 31.5e12),
        ("NVIDIA GeForce RTX 4090", 165e12, 82.6e12),
        ("NVIDIA GeForce RTX 3090", 71e12, 35.6e12),
    ],
)
def test_common_devices_are_known(name, half, single):
    assert peak_of(name, "bf16-mixed") == peak_of(name, "16-mixed") == half
    assert peak_of(name, "32-true") == single


@pytest.mark.parametrize(
    ("name", "half"),
    [("Tesla T4", 65e12), ("Tesla V100-SXM2-16GB", 125e12), ("Tesla V100-PCIE-16GB", 112e12)],
)
def test_older_tensor_cores_know_float16_alone(name, half):
    assert peak_of(name, "16-mixed") == half
    assert peak_of(name, "bf16-mixed") is None


@pytest.mark.parametrize(
    "name",
    [
        "NVIDIA GeForce RTX 3090 Ti",
        "NVIDIA GeForce RTX 4090 Laptop GPU",
        "NVIDIA A100-SXM4-40GB MIG 1g.5gb",
        "NVIDIA A1000",
        "Radeon",
    ],
)
def test_a_namesake_is_not_taken_for_a_device_it_is_not(name):
    assert peak_of(name, "bf16-mixed") is None


def test_a_cpu_has_no_peak():
    assert peak_flops(torch.device("cpu"), "32-true") is None


def test_float32_is_the_arithmetic_that_the_table_says():
    assert not torch.backends.cuda.matmul.allow_tf32
