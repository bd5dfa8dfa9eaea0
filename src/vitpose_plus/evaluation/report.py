"""Scores for people (a table in the terminal) and for machines (metrics.json)."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitpose_plus.replacement import replacing_file


@dataclass(frozen=True)
class Scores:
    """One task's figures.

    Attributes:
        task: the data set's name.
        figures: names of the figures to show, the main one first; keys of the two next.
        model: the model's figures by name.
        baseline: the mean pose's figures by name.
        instances: how many instances were scored.
    """

    task: str
    figures: tuple[str, ...]
    model: dict[str, float]
    baseline: dict[str, float]
    instances: int


def render_scores(scores: Sequence[Scores]) -> str:
    """A table with aligned columns, a line a figure."""
    header = ["task", "instances", "figure", "model", "mean pose", "gain"]
    lines = [header, *(_cells(one, figure) for one in scores for figure in one.figures)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    rule = ["-" * width for width in widths]
    return "\n".join(_line(cells, widths) for cells in (lines[0], rule, *lines[1:]))


def scores_to_json(scores: Sequence[Scores]) -> dict[str, dict[str, Any]]:
    """{task: {"model", "mean_pose": figures; "figure"; "instances"}}, with nan as null."""
    return {
        s.task: {
            "model": _finite(s.model),
            "mean_pose": _finite(s.baseline),
            "figure": s.figures[0],
            "instances": s.instances,
        }
        for s in scores
    }


def write_scores(path: Path, scores: Sequence[Scores]) -> None:
    """Write metrics.json to a temporary name, then rename."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part:
        part.write_text(json.dumps(scores_to_json(scores), indent=2, allow_nan=False) + "\n")


def _cells(scores: Scores, figure: str) -> list[str]:
    model, baseline = (d.get(figure, math.nan) for d in (scores.model, scores.baseline))
    figures = [_number(model, ".3f"), _number(baseline, ".3f"), _number(model - baseline, "+.3f")]
    first = figure == scores.figures[0]
    task = [scores.task, f"{scores.instances:,}"] if first else ["", ""]
    return [*task, figure, *figures]


def _number(value: float, form: str) -> str:
    return format(value, form) if math.isfinite(value) else "n/a"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Words stand left, numbers right."""
    sides = "<><>>>"
    aligned = (f"{c:{side}{w}}" for c, side, w in zip(cells, sides, widths, strict=True))
    return "  ".join(aligned).rstrip()


def _finite(figures: dict[str, float]) -> dict[str, float | None]:
    return {name: value if math.isfinite(value) else None for name, value in figures.items()}
