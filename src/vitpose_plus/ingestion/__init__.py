"""Ingestion: official files to checked tables with a manifest, all or nothing."""

from vitpose_plus.ingestion.current import is_current
from vitpose_plus.ingestion.ingest import ingest
from vitpose_plus.ingestion.refusal import DOCS_NAME, refusal_folder

__all__ = ["DOCS_NAME", "ingest", "is_current", "refusal_folder"]
