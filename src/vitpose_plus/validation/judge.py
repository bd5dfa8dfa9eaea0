"""Running the expectations over a table: every broken record with its reasons."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from vitpose_plus.datasets.images import PictureFact
from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.errors import ValidationError
from vitpose_plus.validation.facts import NOT_DECODED, collect_facts
from vitpose_plus.validation.findings import Finding, Findings
from vitpose_plus.validation.quiet import quiet_great_expectations
from vitpose_plus.validation.suite import build_suite
from vitpose_plus.validation.values import DESCRIBE


def validate(
    table: AnnotationTable, pictures: Mapping[str, PictureFact], *, split: str
) -> Findings:
    """Judge every record of a table.

    Args:
        table: the rows of one split.
        pictures: what decoding its pictures found, by file name.
        split: the split that every row must belong to.

    Raises:
        ValidationError: the table is empty, Great Expectations is not installed, or an
            expectation could not run.
    """
    if not len(table):
        raise ValidationError(f"split {split}: the annotation table is empty")
    # A set: a box without width and height breaks two expectations for one reason.
    broken = dict.fromkeys(_broken(collect_facts(table, pictures), split))
    sources, names = table.column("source"), table.column("file_name")
    return Findings(
        tuple(
            Finding(
                row=row,
                reason=reason,
                source=sources[row],
                value=DESCRIBE[reason](table.take([row]), pictures.get(names[row], NOT_DECODED)),
            )
            for row, reason in broken
        )
    )


def _broken(facts: pd.DataFrame, split: str) -> Iterator[tuple[int, str]]:
    """Row and reason of every broken expectation, in the suite's order."""
    with quiet_great_expectations() as gx:
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        asset = context.data_sources.add_pandas("tables").add_dataframe_asset("facts")
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": facts})
        verdict = batch.validate(
            build_suite(gx, split),
            # COMPLETE lists every broken record; the default stops at twenty.
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": ["row"]},
        )
    for result in verdict.results:
        yield from _rows(result)


def _rows(result: Any) -> Iterator[tuple[int, str]]:
    if result.success:
        return
    config = result.expectation_config
    if "unexpected_index_list" not in result.result:
        raise ValidationError(
            f"expectation {config.type} ({config.meta['reason']}) could not judge the table: "
            f"{str(result.exception_info)[:500]}"
        )
    for item in result.result["unexpected_index_list"]:
        yield int(item["row"]), config.meta["reason"]
