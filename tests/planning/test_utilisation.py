import pytest

from vitpose_plus.engine.history import History
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.models import SIZES
from vitpose_plus.planning.utilisation import assumed, measured, stated


@pytest.fixture
def journal(tmp_path):
    """A journal as a training writes it."""

    def write(*metrics):
        history = History(tmp_path / "history.jsonl")
        for step, each in enumerate(metrics):
            history.add(step, 0, each)
        return history.path

    return write


def test_a_journal_gives_its_median_and_what_lies_around_it(journal):
    windows = [{"loss": 1.0, "mfu": share / 100} for share in range(21)]
    found = measured(journal(*windows, {"AP_coco": 0.5}), 8)
    assert (found.low, found.expected, found.high) == (0.02, 0.1, 0.18)
    assert found.measured
    assert found.gpus == 8
    assert "21 windows" in found.source


def test_a_journal_without_an_mfu_says_why(journal):
    with pytest.raises(ConfigurationError, match=r"on a CPU.*peak_tflops"):
        measured(journal({"loss": 1.0, "samples_per_second": 9.0}), None)


@pytest.mark.parametrize("size", SIZES)
def test_every_size_has_a_range_that_is_called_assumed(size):
    found = assumed(size)
    assert 0 < found.low < found.expected < found.high < 0.5
    assert not found.measured
    assert "assumed" in found.source


def test_a_stated_mfu_is_one_figure():
    found = stated(0.3)
    assert (found.low, found.high) == (0.3, 0.3)
