"""Which grid of tokens a table of positions is for, and the table for another one."""

import logging
import math
from dataclasses import replace

from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.models.config import token_grid
from vitpose_plus.models.positions import Grid, resize_positions

log = logging.getLogger(__name__)

POSITIONS = "backbone.pos_embed"


def likely_grid(positions: int) -> Grid | None:
    """A portrait of 4:3, as every published ViTPose, or else a square; None, neither."""
    if positions < 1:
        return None
    quarter = math.isqrt(positions // 12)
    if 12 * quarter**2 == positions:
        return 4 * quarter, 3 * quarter
    side = math.isqrt(positions)
    return (side, side) if side**2 == positions else None


def stored_grid(foreign: Foreign, wanted: InputSize | None, ratio: int) -> Grid:
    """The grid that the checkpoint's table of positions is for.

    Args:
        foreign: with the table, and its input size where the format states one.
        wanted: the caller's input size: the table's own where the counts agree, with a warning
            where another grid is the usual one of that count.
        ratio: 1, tokens at 1/16; 2, at 1/8.

    Raises:
        CheckpointError: the count contradicts the format's statement, or tells no grid.
    """
    count = _count(foreign)
    table = foreign.their_name(POSITIONS)
    if foreign.input_size is not None:
        grid = token_grid(foreign.input_size, ratio)
        if math.prod(grid) == count:
            return grid
        raise CheckpointError(
            f"{table} holds {count} positions, but an input_size of {foreign.input_size} has "
            f"{math.prod(grid)}: configuration and weights do not belong together"
        )
    likely = likely_grid(count)
    if wanted is not None and math.prod(grid := token_grid(wanted, ratio)) == count:
        if likely not in (None, grid):
            log.warning(
                "%s holds %d positions, usually of a grid of %s: taken as they lie for one of %s",
                *(table, count, likely, grid),
            )
        return grid
    if likely:
        return likely
    raise CheckpointError(
        f"{table} holds {count} positions, neither a portrait of 4:3 nor a square: "
        "say input_size=(height, width) as it was trained"
    )


def _count(foreign: Foreign) -> int:
    """Positions, without the class token's slot."""
    table = foreign.weights[POSITIONS]
    if table.ndim != 3 or not table.shape[1] or not table.is_floating_point():
        raise CheckpointError(
            f"{foreign.their_name(POSITIONS)} is {list(table.shape)} of {table.dtype}, no table "
            "[1, 1 + positions, width] of floats"
        )
    return table.shape[1] - 1


def with_grid(foreign: Foreign, stored: Grid, new: Grid) -> Foreign:
    """The same checkpoint with its positions resized to another grid."""
    table = resize_positions(foreign.weights[POSITIONS], stored, new)
    return replace(foreign, weights=foreign.weights | {POSITIONS: table})
