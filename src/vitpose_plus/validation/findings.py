"""What validation found: records, reasons, and a report that fits on one screen."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from vitpose_plus.validation.reasons import REASONS, Level

SCREEN = 24
"""Lines of a report."""
SHOWN = 10
"""Records that a report names, over all reasons; more where there are more reasons."""
EXAMPLES = 20
"""Records that are described of each reason."""
LINE = 240
"""Characters of a report's line."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken expectation of one record.

    Attributes:
        source: annotation file and record; the split, where no single record is to blame.
        value: what was found there.
    """

    source: str
    value: str


def _no_rows() -> np.ndarray:
    return np.zeros(0, np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Breach:
    """One reason and all that it was found in.

    Attributes:
        reason: a name of `REASONS`.
        level: error or warn.
        count: records; keypoints or 1 where the table as a whole breaks the expectation.
        rows: the records' indices in their table, ascending; none for the table as a whole.
        examples: the first `EXAMPLES` of them, described.
    """

    reason: str
    level: Level
    count: int
    rows: np.ndarray = field(default_factory=_no_rows)
    examples: tuple[Finding, ...] = ()

    @property
    def firm(self) -> bool:
        """Whether its level cannot be lowered: no configuration keeps such records."""
        return REASONS[self.reason].firm


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Everything that validation found in one table, in the suite's order."""

    breaches: tuple[Breach, ...] = ()

    @property
    def errors(self) -> tuple[Breach, ...]:
        """Those of error level."""
        return tuple(b for b in self.breaches if b.level == "error")

    @property
    def warnings(self) -> tuple[Breach, ...]:
        """Those of warn level."""
        return tuple(b for b in self.breaches if b.level == "warn")

    @property
    def of_table(self) -> tuple[Breach, ...]:
        """Errors of the table as a whole: no record can be dropped to mend them."""
        return tuple(b for b in self.errors if not len(b.rows))

    @property
    def rows(self) -> np.ndarray:
        """Indices of the records that break an expectation of error level, ascending."""
        return np.unique(np.concatenate([_no_rows(), *(b.rows for b in self.errors)]))


def report(breaches: Iterable[Breach], *, heading: str, mend: str) -> str:
    """Count and first records of every reason between a heading and a mend, on one screen.

    Args:
        breaches: of one table or of several.
        heading: what happened.
        mend: what the user can do.
    """
    kinds = _by_kind(breaches)
    shown = list(kinds.items())[: SCREEN - 3]
    # Room for the heading, the mend, the reasons and the line that counts the reasons left out.
    left = min(max(SHOWN, len(shown)), SCREEN - 3 - len(shown))
    lines = [heading]
    for position, ((reason, level), found) in enumerate(shown):
        examples = [example for breach in found for example in breach.examples]
        share = max(1, left // (len(shown) - position))
        examples = examples[: min(share, left)]
        left -= len(examples)
        note = "" if level == "error" else " (warning)"
        lines.append(f"  {reason}: {sum(b.count for b in found)}{note}")
        lines += [_cut(f"    {example.source}: {example.value}") for example in examples]
    if len(shown) < len(kinds):
        lines.append(f"  and {len(kinds) - len(shown)} more reasons")
    return "\n".join([*lines, mend])


def _by_kind(breaches: Iterable[Breach]) -> dict[tuple[str, Level], list[Breach]]:
    """Breaches of several tables by reason and level, errors first."""
    kinds: dict[tuple[str, Level], list[Breach]] = {}
    for breach in sorted(breaches, key=lambda b: b.level != "error"):
        kinds.setdefault((breach.reason, breach.level), []).append(breach)
    return kinds


def _cut(line: str) -> str:
    return line if len(line) <= LINE else line[: LINE - 1] + "…"
