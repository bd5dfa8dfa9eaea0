"""Expectations on the annotation table, written with Great Expectations."""

from vitpose_plus.validation.docs import write_data_docs
from vitpose_plus.validation.findings import Breach, Finding, Findings, report
from vitpose_plus.validation.judge import Verdict, validate
from vitpose_plus.validation.quiet import require_great_expectations
from vitpose_plus.validation.reasons import check_reasons
from vitpose_plus.validation.records import read_records, write_records
from vitpose_plus.validation.subject import Counts, Subject, count_read

__all__ = [
    "Breach",
    "Counts",
    "Finding",
    "Findings",
    "Subject",
    "Verdict",
    "check_reasons",
    "count_read",
    "read_records",
    "report",
    "require_great_expectations",
    "validate",
    "write_data_docs",
    "write_records",
]
