"""Expectations on the annotation table."""
