"""What validation found: records, reasons, and a report that fits on one screen."""

from collections.abc import Sequence
from dataclasses import dataclass

SCREEN = 24
"""Lines of a report."""
SHOWN = 10
"""Records that a report names at most, over all reasons."""
LINE = 240
"""Characters of a report's line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken expectation of one record.

    Attributes:
        row: the record's index in its table; None when the table as a whole breaks it.
        reason: a short name, such as `keypoint_outside_picture`.
        source: annotation file and record.
        value: what was found there.
    """

    row: int | None
    reason: str
    source: str
    value: str


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that validation found in one table."""

    items: tuple[Finding, ...] = ()

    def __len__(self) -> int:
        return len(self.items)

    @property
    def rows(self) -> set[int]:
        """Indices of the records that break at least one expectation."""
        return {item.row for item in self.items if item.row is not None}


def report(findings: Sequence[Finding], *, heading: str, mend: str) -> str:
    """Count and first records of every reason between a heading and a mend, on one screen.

    Args:
        findings: of one table or of several.
        heading: what happened.
        mend: what the user can do.
    """
    by_reason: dict[str, list[Finding]] = {}
    for finding in findings:
        by_reason.setdefault(finding.reason, []).append(finding)
    lines = [heading]
    left = min(SHOWN, SCREEN - len(by_reason) - 2)
    for position, (reason, found) in enumerate(by_reason.items()):
        share = max(1, left // (len(by_reason) - position))
        shown = found[: min(share, left)]
        left -= len(shown)
        lines.append(f"  {reason}: {len(found)}")
        lines += [_cut(f"    {item.source}: {item.value}") for item in shown]
    return "\n".join([*lines, mend])


def _cut(line: str) -> str:
    return line if len(line) <= LINE else line[: LINE - 1] + "…"
