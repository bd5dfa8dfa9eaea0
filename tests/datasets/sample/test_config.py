import pytest
from pydantic import ValidationError

from vitpose_plus.datasets.sample import SampleConfig, SplitSizes


def test_a_split_without_pictures_is_refused():
    with pytest.raises(ValidationError, match="greater than or equal to 1"):
        SplitSizes(train=0, val=1)


def test_a_misspelt_data_set_is_refused():
    with pytest.raises(ValidationError, match="coc"):
        SampleConfig(coc=SplitSizes(train=1, val=1))  # type: ignore[call-arg]
