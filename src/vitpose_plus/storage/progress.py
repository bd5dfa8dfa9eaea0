"""A bar that counts bytes."""

from typing import TYPE_CHECKING, Never

if TYPE_CHECKING:
    from tqdm import tqdm


def byte_bar(what: str, total: int | None, *, progress: bool, done: int = 0) -> "tqdm[Never]":
    """Open a bar from `done` to `total` bytes (None: unknown), shown on a terminal if asked."""
    from tqdm import tqdm

    return tqdm(
        desc=what,
        total=total,
        initial=done,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        disable=None if progress else True,
    )
