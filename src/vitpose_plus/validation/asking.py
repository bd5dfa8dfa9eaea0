"""Great Expectations' answers over the frames of facts, as arrays."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import numpy as np
import pandas as pd

from vitpose_plus.errors import ValidationError
from vitpose_plus.validation.facts import Facts
from vitpose_plus.validation.quiet import quiet_great_expectations
from vitpose_plus.validation.subject import Subject
from vitpose_plus.validation.suite import build_suites

Frame = Literal["records", "keypoints", "counts"]
# COMPLETE lists every broken row; the default stops at twenty. The query would name each again.
EVERY_ROW = {"result_format": "COMPLETE", "return_unexpected_index_query": False}


@dataclass(frozen=True, eq=False)
class Answer:
    """One expectation's.

    Attributes:
        frame: the frame of `Facts` that it is about.
        config: Great Expectations' configuration of it.
        success: whether it holds.
        evaluated: rows it looked at; 0 where it is about the frame as a whole.
        rows: the frame's rows that break it, ascending; none where it is about the whole.
        observed: what the frame as a whole shows; None where it is about rows.
    """

    frame: Frame
    config: Any
    success: bool
    evaluated: int
    rows: np.ndarray
    observed: float | None

    @property
    def reason(self) -> str:
        """The reason that a breach counts under."""
        return self.config.meta["reason"]


def ask(facts: Facts, subject: Subject) -> list[Answer]:
    """Put the suites of a data set to its facts.

    Raises:
        ValidationError: Great Expectations is not installed, or an expectation could not run.
    """
    with quiet_great_expectations() as gx:
        suites = build_suites(gx, subject)
        answers = [
            *_judge(gx, "records", facts.records, suites.records),
            *_judge(gx, "keypoints", facts.keypoints, suites.keypoints),
        ]
        if suites.counts is not None:
            answers += _judge(gx, "counts", facts.counts, suites.counts)
    return answers


def _judge(gx: ModuleType, name: Frame, frame: pd.DataFrame, suite: Any) -> Iterator[Answer]:
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("facts").add_dataframe_asset(name)
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    for result in batch.validate(suite, result_format=EVERY_ROW).results:
        yield _answer(name, result)


def _answer(frame: Frame, result: Any) -> Answer:
    config, found = result.expectation_config, result.result
    if "observed_value" not in found and "unexpected_count" not in found:
        raise ValidationError(
            f"expectation {config.type} ({config.meta['reason']}) could not judge the table: "
            f"{str(result.exception_info)[:500]}"
        )
    return Answer(
        frame=frame,
        config=config,
        success=bool(result.success),
        evaluated=found.get("element_count", 0) if "unexpected_count" in found else 0,
        rows=np.sort(np.array(found.get("unexpected_index_list") or [], np.int64)),
        observed=found.get("observed_value"),
    )
