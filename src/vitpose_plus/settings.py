"""The one way a configuration is declared: frozen, keyword-only and closed.

A misspelt key is an error, nested or not; a plain dataclass would let it through.
"""

from typing import TypeVar, cast

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass
from typing_extensions import dataclass_transform

T = TypeVar("T")


@dataclass_transform(kw_only_default=True, frozen_default=True)
def settings(cls: type[T]) -> type[T]:
    """Turn a class into a frozen pydantic dataclass that refuses unknown keys."""
    closed = dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
    return cast(type[T], closed(cls))
