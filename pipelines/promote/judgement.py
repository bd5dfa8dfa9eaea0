"""The policy's rules, each held or not: no registry, no clock, no model."""

import math
from collections.abc import Sequence

from pipelines.promote.gain import Gains, TaskGain
from pipelines.promote.latency import Latency
from pipelines.promote.policy import LatencyBudget, Policy
from vitpose_plus.evaluation.significance import Interval
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


def judge_first(latency: Latency, policy: Policy) -> list[Rule]:
    """Of a model that no champion stands against."""
    return _latency_rules(latency, policy.latency)


def judge_against(gains: Gains, latency: Latency, policy: Policy) -> list[Rule]:
    """Of a challenger that was scored on the champion's test data.

    Args:
        gains: over the champion.
        latency: of both.
        policy: the rules.
    """
    tasks = [_task_rule(gain, policy.tolerance_of(gain.task)) for gain in gains.tasks]
    mean = _mean_rule(gains.mean, policy.least_gain)
    return [_test_data(""), *tasks, mean, *_latency_rules(latency, policy.latency)]


def judge_incomparable(differing: str, latency: Latency, policy: Policy) -> list[Rule]:
    """Of a challenger that was not scored as the champion was.

    Args:
        differing: what differs, in a line.
        latency: of both.
        policy: the rules.
    """
    return [_test_data(differing), *_latency_rules(latency, policy.latency)]


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


def _test_data(differing: str) -> Rule:
    found = differing or "the champion's"
    return Rule(name="test data", held=not differing, found=found, limit="the champion's version")


def _mean_rule(mean: Interval | None, least: float) -> Rule:
    limit = f"interval above {least:+.4f}"
    if mean is None:
        found = "the champion has no task's figure, so there is nothing to gain over"
        return Rule(name="mean gain", held=False, found=found, limit=limit)
    found = f"{mean.value:+.4f} ({mean.low:+.4f} to {mean.high:+.4f})"
    return Rule(name="mean gain", held=mean.low > least, found=found, limit=limit)


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
