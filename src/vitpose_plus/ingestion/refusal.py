"""What stops an ingestion once everything is judged, and where its findings go."""

from collections.abc import Sequence
from pathlib import Path

from vitpose_plus.datasets.source import DatasetSource
from vitpose_plus.errors import ValidationError
from vitpose_plus.ingestion.judged import JudgedSplit
from vitpose_plus.validation import report

DOCS_NAME = "data_docs"
"""The folder, in a data set's tables, of Great Expectations' pages."""


def refusal_folder(folder: Path) -> Path:
    """Where the findings go that stopped an ingestion into `folder`."""
    return folder.with_name(f"{folder.name}.refused")


def check_findings(
    dataset: str, source: DatasetSource, splits: Sequence[JudgedSplit], folder: Path
) -> None:
    """Stop at what `on_invalid` does not allow to drop, or where dropping leaves nothing."""
    errors = [breach for split in splits for breach in split.verdict.findings.errors]
    of_tables = [breach for split in splits for breach in split.verdict.findings.of_table]
    pages = f"All findings: {refusal_folder(folder) / DOCS_NAME / 'index.html'}"
    if errors and source.on_invalid == "error":
        records = sum(len(split.verdict.findings.rows) for split in splits)
        broken = f"{records} records break an expectation" if records else "counts are wrong"
        soft = sorted({breach.reason for breach in errors if not breach.firm})
        keep = f", or name {', '.join(soft)} in its warn to keep them" if soft else ""
        mend = (
            f"Mend the records, or set data.datasets.{dataset}.on_invalid: drop to drop them{keep} "
            f"(the manifest counts them). {pages}"
        )
        raise ValidationError(report(errors, heading=f"{dataset}: {broken}", mend=mend))
    if of_tables:
        mend = f"Fetch the files again, or set data.datasets.{dataset}.warn to the reason. {pages}"
        raise ValidationError(report(of_tables, heading=f"{dataset}: counts are wrong", mend=mend))
    for split in splits:
        if not (split.table.trainable & split.good).any():
            dropped = len(split.verdict.findings.rows)
            heading = f"{dataset}, split {split.name}: dropping {dropped} records leaves nothing"
            files = f"{split.source.annotations} or its pictures in {split.source.images}"
            mend = f"Mend {files}. {pages}"
            raise ValidationError(report(split.verdict.findings.errors, heading=heading, mend=mend))
