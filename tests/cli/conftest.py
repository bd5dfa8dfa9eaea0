import pytest
from click.testing import CliRunner

from vitpose_plus.checkpoints import save_model
from vitpose_plus.cli.main import main
from vitpose_plus.models import Size

SMALL = Size(width=96, depth=2, heads=3, hidden=192, expert_width=24, decoder_width=32)


@pytest.fixture
def vitpose():
    """Run the command line: its exit code, what it printed, and its lines on stderr."""

    def run(*arguments):
        return CliRunner().invoke(main, [str(argument) for argument in arguments])

    return run


@pytest.fixture
def make_small(make_model):
    """A random model of two blocks."""

    def make(*names, **fields):
        return make_model(*names, **({"size": SMALL} | fields)).eval()

    return make


@pytest.fixture
def saved(make_small, tmp_path):
    """A folder of ours with a ViTPose+ for COCO and MPII."""
    save_model(make_small("coco", "mpii"), tmp_path / "saved")
    return tmp_path / "saved"
