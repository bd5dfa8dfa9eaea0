from vitpose_plus.validation.quiet import quiet_great_expectations
from vitpose_plus.validation.suite import build_suite
from vitpose_plus.validation.values import DESCRIBE


def test_every_reason_has_words_for_the_report() -> None:
    with quiet_great_expectations() as gx:
        suite = build_suite(gx, "train")
    reasons = {expectation.meta["reason"] for expectation in suite.expectations}
    assert reasons == {*DESCRIBE, "empty_table"}
