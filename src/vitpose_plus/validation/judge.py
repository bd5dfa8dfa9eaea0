"""Running the expectations over a table: a verdict with every broken record and its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import ValidationError
from vitpose_plus.validation.asking import Answer, ask
from vitpose_plus.validation.facts import NOT_DECODED, Facts, collect_facts
from vitpose_plus.validation.findings import EXAMPLES, Breach, Finding, Findings
from vitpose_plus.validation.subject import Subject
from vitpose_plus.validation.values import OF_KEYPOINT, OF_RECORD, OF_TABLE


@dataclass(frozen=True, eq=False)
class Verdict:
    """What validation says of one split.

    Attributes:
        subject: which split of which data set.
        table: its rows, those that break an expectation too.
        answers: every expectation's, in the suite's order.
        findings: the broken ones by reason.
    """

    subject: Subject
    table: AnnotationTable
    answers: tuple[Answer, ...]
    findings: Findings

    def breach(self, reason: str) -> Breach | None:
        """What was found under this reason."""
        return next((b for b in self.findings.breaches if b.reason == reason), None)


def validate(
    table: AnnotationTable, pictures: Mapping[str, PictureFact], subject: Subject
) -> Verdict:
    """Judge every record of a table, its keypoints over all records, and its counts.

    Args:
        table: the rows of one split, with the sizes of their pictures.
        pictures: what decoding its pictures found, by file name.
        subject: which split of which data set, and what is known of it.

    Raises:
        ValidationError: the table is empty, Great Expectations is not installed, or an
            expectation could not run.
    """
    if not len(table):
        raise ValidationError(
            f"{subject.dataset}, split {subject.split}: the annotation table is empty"
        )
    facts = collect_facts(table, pictures, subject)
    answers = tuple(ask(facts, subject))
    # One reason can be asked in two ways: of a hand's type whether it is there, and if it is known.
    broken: dict[str, list[Answer]] = {}
    for answer in answers:
        if not answer.success:
            broken.setdefault(answer.reason, []).append(answer)
    witness = _Witness(table, pictures, facts, subject)
    return Verdict(subject, table, answers, Findings(tuple(map(witness.breach, broken.values()))))


@dataclass(frozen=True)
class _Witness:
    """What is needed to say in words what a broken expectation found."""

    table: AnnotationTable
    pictures: Mapping[str, PictureFact]
    facts: Facts
    subject: Subject

    def breach(self, answers: Sequence[Answer]) -> Breach:
        """All failed answers of one reason as one."""
        reason = answers[0].reason
        level = self.subject.level(reason)
        if reason in OF_RECORD:
            rows = np.unique(np.concatenate([answer.rows for answer in answers]))
            return Breach(reason, level, len(rows), rows, self._records(reason, rows[:EXAMPLES]))
        if reason in OF_KEYPOINT:
            numbers = answers[0].rows
            examples = self._keypoints(reason, numbers[:EXAMPLES])
            return Breach(reason, level, len(numbers), examples=examples)
        return Breach(reason, level, 1, examples=(self._whole(answers[0]),))

    def _records(self, reason: str, rows: np.ndarray) -> tuple[Finding, ...]:
        chosen = self.table.take(rows)
        sources, names = chosen.column("source"), chosen.column("file_name")
        return tuple(
            Finding(
                source=sources[i],
                value=OF_RECORD[reason](chosen.take([i]), self.pictures.get(names[i], NOT_DECODED)),
            )
            for i in range(len(chosen))
        )

    def _keypoints(self, reason: str, numbers: np.ndarray) -> tuple[Finding, ...]:
        chosen = self.facts.keypoints.iloc[numbers]
        return tuple(
            Finding(f"split {self.subject.split}, {row['keypoint']}", OF_KEYPOINT[reason](row))
            for _, row in chosen.iterrows()
        )

    def _whole(self, answer: Answer) -> Finding:
        words = OF_TABLE[answer.reason]
        most = answer.config.kwargs.get("max_value")
        value = words.format(observed=answer.observed, most=most)
        return Finding(f"split {self.subject.split}", value)
