"""What a folder is told to be."""

import pytest

from vitpose_plus.checkpoints import load_model
from vitpose_plus.errors import CheckpointError


@pytest.mark.parametrize("content", ["5", "null", "[1]", '"architecture"', "{}", "["])
def test_a_config_that_is_no_description_of_a_model_is_refused(content, tmp_path):
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(CheckpointError, match=r"config\.json"):
        load_model(tmp_path)
