"""The policy's rules, each held or not: no registry, no clock, no model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.promote.gain import MeanGain, TaskGain
from pipelines.promote.latency import Latency
from pipelines.promote.policy import LatencyBudget, Policy
from vitpose_plus.settings import settings


@settings
class Rule:
    """One rule.

    Attributes:
        name: what it is about.
        held: whether the challenger keeps it.
        found: what was found.
        limit: what is asked for.
    """

    name: str
    held: bool
    found: str
    limit: str


@dataclass(frozen=True)
class Gains:
    """What the challenger has over the champion on the same test data."""

    tasks: Sequence[TaskGain]
    mean: MeanGain


def judge_first(latency: Latency, policy: Policy) -> list[Rule]:
    """Of a model that no champion stands against."""
    return _latency_rules(latency, policy.latency)


def judge_against(gains: Gains | None, latency: Latency, policy: Policy) -> list[Rule]:
    """Of a challenger.

    Args:
        gains: over the champion; None: it was scored on other test data.
        latency: of both.
        policy: the rules.
    """
    if gains is None:
        return [_test_data(same=False), *_latency_rules(latency, policy.latency)]
    tasks = [_task_rule(gain, policy.tolerance_of(gain.task)) for gain in gains.tasks]
    mean = gains.mean
    gain = Rule(
        name="mean gain",
        held=mean.low > policy.least_gain,
        found=f"{mean.value:+.4f} ({mean.low:+.4f} to {mean.high:+.4f})",
        limit=f"interval above {policy.least_gain:+.4f}",
    )
    return [_test_data(same=True), *tasks, gain, *_latency_rules(latency, policy.latency)]


def tie(number: int) -> Rule:
    """Of the champion's own weights, on the champion's own test data."""
    return Rule(
        name="weights", held=False, found=f"version {number}'s", limit="others: this is a tie"
    )


def renewal(number: int) -> Rule:
    """Of the champion's own weights, scored on other test data than it was."""
    return Rule(
        name="weights", held=True, found=f"version {number}'s, scored anew", limit="champion's"
    )


def render_rules(rules: Sequence[Rule]) -> str:
    """A table with aligned columns, a line a rule."""
    lines = [("rule", "found", "asked for", "held")]
    lines += [(rule.name, rule.found, rule.limit, "yes" if rule.held else "NO") for rule in rules]
    widths = [max(len(line[i]) for line in lines) for i in range(4)]
    lines.insert(1, tuple("-" * width for width in widths))  # type: ignore[arg-type]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def reasons(rules: Sequence[Rule]) -> str:
    """What does not hold, in a line; else what does."""
    broken = [rule for rule in rules if not rule.held]
    return "; ".join(f"{rule.name}: {rule.found}, {rule.limit}" for rule in broken or rules)


def _test_data(*, same: bool) -> Rule:
    found = "the champion's" if same else "another version"
    return Rule(name="test data", held=same, found=found, limit="the champion's version")


def _task_rule(gain: TaskGain, tolerance: float) -> Rule:
    # What the champion has no figure for cannot fall; what the challenger has none for has.
    held = math.isnan(gain.champion) or gain.value >= -tolerance
    return Rule(
        name=f"{gain.task} {gain.figure}",
        held=held,
        found=f"{gain.champion:.4f} -> {gain.challenger:.4f} ({gain.value:+.4f})",
        limit=f"no less than {-tolerance:+.4f}",
    )


def _latency_rules(latency: Latency, budget: LatencyBudget) -> list[Rule]:
    rules = []
    if budget.most_ms is not None:
        rules.append(
            Rule(
                name="latency",
                held=latency.challenger_ms <= budget.most_ms,
                found=f"{latency.challenger_ms:.2f} ms a crop",
                limit=f"at most {budget.most_ms:g} ms",
            )
        )
    if budget.most_ratio is not None and latency.ratio is not None:
        rules.append(
            Rule(
                name="latency against champion",
                held=latency.ratio <= budget.most_ratio,
                found=f"{latency.ratio:.3f} times {latency.champion_ms:.2f} ms a crop",
                limit=f"at most {budget.most_ratio:g} times",
            )
        )
    return rules
