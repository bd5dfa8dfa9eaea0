"""A data set's verdicts as plain data: `validation.json`, and every failing record in a CSV."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from vitpose_plus.datasets.source import Published
from vitpose_plus.errors import AnnotationError
from vitpose_plus.replacement import replacing_file
from vitpose_plus.settings import settings
from vitpose_plus.typed_json import read_typed, write_typed
from vitpose_plus.validation.asking import Answer
from vitpose_plus.validation.findings import EXAMPLES
from vitpose_plus.validation.judge import Verdict
from vitpose_plus.validation.reasons import REASONS, Level
from vitpose_plus.validation.subject import Counts

RECORD_NAME = "validation.json"
FAILURES_NAME = "failures.csv"
FAILURES = pa.schema(
    [
        (name, pa.string())
        for name in ("split", "level", "reason", "source", "image_id", "instance_id", "file_name")
    ]
)
ROWS = 65_536
"""Failing records written together."""


@settings
class Example:
    """A failing record, by annotation file and number, and what was found there."""

    source: str
    value: str


@settings
class ExpectationRecord:
    """One expectation and what it found.

    Attributes:
        reason: the name that a breach is counted under.
        level: error or warn.
        says: what is expected, as a sentence.
        expectation: Great Expectations' name of it.
        column: the column of facts it looks at; None: the table as a whole.
        success: whether it holds.
        evaluated: rows it looked at; 0 where it is about the table as a whole.
        unexpected: how many of them break it.
        observed: what the table as a whole shows; None where it is about rows.
        examples: the first of those under its reason.
    """

    reason: str
    level: Level
    says: str
    expectation: str
    column: str | None
    success: bool
    evaluated: int
    unexpected: int
    observed: float | None
    examples: tuple[Example, ...] = ()


@settings
class SplitRecord:
    """One split's.

    Attributes:
        records: rows that were judged.
        rejected: rows that break an expectation of error level.
        errors: reasons of error level that something was found under, with how much.
        warnings: the same of warn level.
        read: what the reader counted in the files.
        published: what the publishers count.
        expectations: every one, in the suite's order.
    """

    records: int
    rejected: int
    errors: dict[str, int]
    warnings: dict[str, int]
    read: Counts
    published: Published | None
    expectations: tuple[ExpectationRecord, ...]


@settings
class ValidationRecord:
    """A data set's: split name to its record."""

    dataset: str
    splits: dict[str, SplitRecord]


def record_of(verdict: Verdict) -> SplitRecord:
    """A verdict as plain data."""
    findings, subject = verdict.findings, verdict.subject
    return SplitRecord(
        records=len(verdict.table),
        rejected=len(findings.rows),
        errors={b.reason: b.count for b in findings.errors},
        warnings={b.reason: b.count for b in findings.warnings},
        read=subject.counts,
        published=subject.published,
        expectations=tuple(_expectation(verdict, answer) for answer in verdict.answers),
    )


def write_records(verdicts: Sequence[Verdict], folder: Path) -> None:
    """Write a data set's `validation.json` and `failures.csv`, each whole or not at all.

    The CSV names every failing record under every reason, warnings too; it may be empty.

    Args:
        verdicts: of one data set, a split each.
        folder: where to; it exists.
    """
    whole = ValidationRecord(
        dataset=verdicts[0].subject.dataset,
        splits={verdict.subject.split: record_of(verdict) for verdict in verdicts},
    )
    write_typed(whole, folder / RECORD_NAME)
    with (
        replacing_file(folder / FAILURES_NAME) as part,
        pa_csv.CSVWriter(part, FAILURES) as file,
    ):
        for verdict in verdicts:
            for rows in _failures(verdict):
                file.write_table(rows)


def read_records(folder: Path) -> ValidationRecord:
    """Read what `write_records` wrote.

    Raises:
        AnnotationError: there is none, or not one of this version.
    """
    return read_typed(
        ValidationRecord,
        folder / RECORD_NAME,
        error=AnnotationError,
        absent="Ingest the data set first.",
        stale="not a record of this version; ingest the data set again",
    )


def _expectation(verdict: Verdict, answer: Answer) -> ExpectationRecord:
    breach = None if answer.success else verdict.breach(answer.reason)
    found = breach.examples[:EXAMPLES] if breach else ()
    return ExpectationRecord(
        reason=answer.reason,
        level=verdict.subject.level(answer.reason),
        says=REASONS[answer.reason].says,
        expectation=answer.config.type,
        column=answer.config.kwargs.get("column"),
        success=answer.success,
        evaluated=answer.evaluated,
        unexpected=len(answer.rows),
        observed=answer.observed,
        examples=tuple(Example(**asdict(finding)) for finding in found),
    )


def _failures(verdict: Verdict) -> Iterator[pa.Table]:
    """The failing records of every reason, some at a time."""
    for breach in verdict.findings.breaches:
        for rows in np.array_split(breach.rows, range(ROWS, len(breach.rows), ROWS)):
            chosen = verdict.table.rows.select(FAILURES.names[3:]).take(pa.array(rows))
            given = (verdict.subject.split, breach.level, breach.reason)
            columns = [pa.repeat(pa.scalar(value), len(rows)) for value in given]
            yield pa.table([*columns, *chosen.columns], schema=FAILURES)
