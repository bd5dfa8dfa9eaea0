import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.validation.findings import Breach, Finding, Findings, report
from vitpose_plus.validation.reasons import REASONS, Level

NAMES = sorted(REASONS)
LEVELS: tuple[Level, ...] = ("error", "warn")


def breach(reason: str, rows: list[int], level: Level = "error") -> Breach:
    examples = tuple(Finding(f"f.json, annotation {row}", "v" * 500) for row in rows[:20])
    return Breach(reason, level, len(rows) or 1, np.array(rows, np.int64), examples)


breaches = st.builds(
    breach,
    st.sampled_from(NAMES),
    st.lists(st.integers(0, 99), max_size=40),
    st.sampled_from(LEVELS),
)


@given(st.lists(breaches, min_size=1, max_size=60))
def test_any_report_fits_one_screen_and_counts_what_it_shows(found: list[Breach]) -> None:
    lines = report(found, heading="h", mend="m").splitlines()
    assert len(lines) <= 24
    assert (lines[0], lines[-1]) == ("h", "m")
    assert max(map(len, lines)) <= 240
    kinds = {(b.reason, b.level) for b in found}
    for reason, level in kinds:
        total = sum(b.count for b in found if (b.reason, b.level) == (reason, level))
        line = f"  {reason}: {total}" + (" (warning)" if level == "warn" else "")
        assert line in lines or len(kinds) > 21
    if len(kinds) > 21:
        assert f"  and {len(kinds) - 21} more reasons" in lines


def test_ten_records_of_one_reason_are_named() -> None:
    lines = report(
        [breach("box_without_area", list(range(30)))], heading="h", mend="m"
    ).splitlines()
    assert lines[1] == "  box_without_area: 30"
    assert [line.split(":")[0].strip() for line in lines[2:-1]] == [
        f"f.json, annotation {i}" for i in range(10)
    ]


def test_errors_stand_before_warnings() -> None:
    found = [breach("box_tiny", [1], "warn"), breach("foreign_split", [2])]
    lines = report(found, heading="h", mend="m").splitlines()
    assert [lines[1], lines[3]] == ["  foreign_split: 1", "  box_tiny: 1 (warning)"]


def test_rows_are_the_records_with_an_error() -> None:
    table_as_a_whole = breach("instances_not_as_published", [])
    findings = Findings(
        (
            breach("foreign_split", [5, 9]),
            breach("picture_missing", [3, 5]),
            breach("box_tiny", [7], "warn"),
            table_as_a_whole,
        )
    )
    assert findings.rows.tolist() == [3, 5, 9]
    assert findings.of_table == (table_as_a_whole,)
    assert [b.reason for b in findings.warnings] == ["box_tiny"]
    assert Findings().rows.tolist() == []


def test_a_breach_tells_whether_it_can_be_lowered() -> None:
    assert breach("box_absurd", [1]).firm
    assert not breach("area_not_positive", [1]).firm
