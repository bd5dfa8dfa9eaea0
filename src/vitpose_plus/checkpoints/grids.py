"""Which grid of tokens a table of positions is for, and the table for another one."""

import math
from dataclasses import replace

from vitpose_plus.checkpoints.foreign import Foreign
from vitpose_plus.errors import CheckpointError
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.models.config import token_grid
from vitpose_plus.models.positions import Grid, resize_positions

POSITIONS = "backbone.pos_embed"


def likely_grid(positions: int) -> Grid | None:
    """A portrait of 4:3, as every published ViTPose, or else a square; None, neither."""
    quarter = math.isqrt(positions // 12)
    if positions and 12 * quarter**2 == positions:
        return 4 * quarter, 3 * quarter
    side = math.isqrt(positions)
    return (side, side) if positions and side**2 == positions else None


def stored_grid(foreign: Foreign, wanted: InputSize | None, ratio: int) -> Grid:
    """The grid that the checkpoint's table of positions is for.

    Args:
        foreign: with the table, and its input size where the format states one.
        wanted: the caller's input size: the table's own where the counts agree.
        ratio: 1, tokens at 1/16; 2, at 1/8.

    Raises:
        CheckpointError: the count contradicts the format's statement, or tells no grid.
    """
    count = foreign.weights[POSITIONS].shape[1] - 1
    table = foreign.their_name(POSITIONS)
    if foreign.input_size is not None:
        grid = token_grid(foreign.input_size, ratio)
        if math.prod(grid) == count:
            return grid
        raise CheckpointError(
            f"{table} holds {count} positions, but an input_size of {foreign.input_size} has "
            f"{math.prod(grid)}: configuration and weights do not belong together"
        )
    if wanted is not None and math.prod(token_grid(wanted, ratio)) == count:
        return token_grid(wanted, ratio)
    if likely := likely_grid(count):
        return likely
    raise CheckpointError(
        f"{table} holds {count} positions, neither a portrait of 4:3 nor a square: "
        "say input_size=(height, width) as it was trained"
    )


def with_grid(foreign: Foreign, stored: Grid, new: Grid) -> Foreign:
    """The same checkpoint with its positions resized to another grid."""
    table = resize_positions(foreign.weights[POSITIONS], stored, new)
    return replace(foreign, weights=foreign.weights | {POSITIONS: table})
