from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.validation.findings import Finding, Findings, report
from vitpose_plus.validation.values import DESCRIBE

REASONS = sorted(DESCRIBE)


def finding(row: int | None, reason: str) -> Finding:
    return Finding(row=row, reason=reason, source=f"f.json, annotation {row}", value="v" * 500)


@given(st.lists(st.tuples(st.integers(0, 99), st.sampled_from(REASONS)), min_size=1, max_size=80))
def test_any_report_fits_one_screen_and_counts_every_reason(pairs: list[tuple[int, str]]) -> None:
    text = report([finding(*pair) for pair in pairs], heading="h", mend="m")
    lines = text.splitlines()
    assert len(lines) <= 24
    assert (lines[0], lines[-1]) == ("h", "m")
    for reason in {reason for _, reason in pairs}:
        assert f"  {reason}: {sum(r == reason for _, r in pairs)}" in lines
    shown = sum(line.startswith("    ") for line in lines)
    assert shown == min(10, 22 - len({reason for _, reason in pairs})) or shown <= len(pairs)
    assert max(map(len, lines)) <= 240


def test_ten_records_of_one_reason_are_named() -> None:
    lines = report(
        [finding(i, "box_without_area") for i in range(30)], heading="h", mend="m"
    ).splitlines()
    assert [line.split(":")[0].strip() for line in lines[2:-1]] == [
        f"f.json, annotation {i}" for i in range(10)
    ]


def test_rows_are_the_records_with_a_finding() -> None:
    findings = Findings((finding(3, "a"), finding(3, "b"), finding(5, "a")))
    assert (findings.rows, len(findings)) == ({3, 5}, 3)
