import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.validation.reasons import REASONS, check_reasons, level_of


def test_an_unknown_reason_lists_the_choices() -> None:
    with pytest.raises(ConfigurationError) as error:
        check_reasons("data.datasets.d.warn", ["area_not_positive", "box_tinny"])
    text = str(error.value)
    assert text.startswith("data.datasets.d.warn: there is no reason 'box_tinny'. Choose of ")
    assert "keypoint_outside_picture" in text
    # Warnings already and reasons that cannot be lowered are no choices.
    assert "box_tiny," not in text
    assert "picture_missing" not in text


@pytest.mark.parametrize("reason", [name for name, r in REASONS.items() if r.firm])
def test_what_would_stop_a_run_cannot_be_lowered(reason: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{reason} cannot be only warned of"):
        check_reasons("k", [reason])


def test_a_named_reason_is_a_warning_and_others_keep_their_level() -> None:
    check_reasons("k", ["area_not_positive"])
    assert level_of("area_not_positive", {"area_not_positive"}) == "warn"
    assert level_of("area_not_positive", {"duplicate_instance"}) == "error"
    assert level_of("box_tiny", ()) == "warn"
