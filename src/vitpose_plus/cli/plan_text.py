"""How a plan's figures and lines are written."""

import textwrap
from collections.abc import Iterable, Sequence

WIDTH, LABEL = 98, 16


def number(value: float) -> str:
    """Two digits that count: more would claim too much."""
    if value == float("inf"):
        return "never"
    if value < 10:
        return f"{value:.1f}"
    digits = 10 ** max(0, len(str(int(value))) - 2)
    return f"{round(value / digits) * digits:,}"


def three(values: Sequence[float | None]) -> str:
    """Best, likely and worst; once, if they are the same."""
    shown = [number(value) for value in values if value is not None]
    return " / ".join(dict.fromkeys(shown)) if shown else "-"


def each_once(texts: Iterable[str]) -> str:
    """Once what is the same for all."""
    return ", ".join(dict.fromkeys(texts))


def exa(flops: float) -> str:
    """FLOPs by the 10^18."""
    return f"{flops / 1e18:,.2f} EFLOPs"


def row(label: str, value: str) -> str:
    """One line."""
    return f"{label:<{LABEL}}{value}"


def note(label: str, text: str, width: int = WIDTH) -> str:
    """As many lines as it takes, the label before the first."""
    first = f"{label:<{LABEL}}" if len(label) < LABEL else f"{label} "
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=" " * LABEL)
