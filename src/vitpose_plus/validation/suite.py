"""The expectations of the annotation table, written with Great Expectations."""

from types import ModuleType
from typing import Any


def build_suite(gx: ModuleType, split: str) -> Any:
    """A `great_expectations.ExpectationSuite` over the columns of `collect_facts`.

    Every expectation's `meta` names the reason that a record breaking it is counted under.

    Args:
        gx: the package, imported.
        split: the split that every row must belong to.
    """
    expect = gx.expectations

    def one_of(reason: str, column: str, *values: object) -> Any:
        return expect.ExpectColumnValuesToBeInSet(
            column=column, value_set=list(values), meta={"reason": reason}
        )

    def none_of(reason: str, column: str, *values: object) -> Any:
        return expect.ExpectColumnValuesToNotBeInSet(
            column=column, value_set=list(values), meta={"reason": reason}
        )

    def above_zero(reason: str, column: str) -> Any:
        return expect.ExpectColumnValuesToBeBetween(
            column=column, min_value=0, strict_min=True, meta={"reason": reason}
        )

    def present(reason: str, column: str) -> Any:
        return expect.ExpectColumnValuesToNotBeNull(column=column, meta={"reason": reason})

    return gx.ExpectationSuite(
        "annotation table",
        expectations=[
            none_of("picture_missing", "picture_problem", "missing"),
            none_of("picture_unreadable", "picture_problem", "unreadable"),
            one_of("picture_size_differs", "size_differs", False),
            one_of("box_not_finite", "box_is_finite", True),
            above_zero("box_without_area", "box_width"),
            above_zero("box_without_area", "box_height"),
            one_of("area_not_positive", "area_is_usable", True),
            one_of("keypoint_not_finite", "keypoints_are_finite", True),
            one_of("keypoint_outside_picture", "keypoints_outside", 0),
            one_of("visibility_unknown", "highest_visibility", 0, 1, 2),
            one_of("duplicate_instance", "repeats_an_instance", False),
            present("image_id_missing", "image_id"),
            present("instance_id_missing", "instance_id"),
            one_of("foreign_split", "split", split),
            expect.ExpectTableRowCountToBeBetween(min_value=1, meta={"reason": "empty_table"}),
        ],
    )
