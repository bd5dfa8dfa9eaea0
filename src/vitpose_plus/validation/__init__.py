"""Expectations on the annotation table."""

from vitpose_plus.validation.findings import Finding, Findings, report
from vitpose_plus.validation.judge import validate
from vitpose_plus.validation.quiet import require_great_expectations

__all__ = ["Finding", "Findings", "report", "require_great_expectations", "validate"]
