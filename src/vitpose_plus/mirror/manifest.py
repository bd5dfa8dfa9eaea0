"""A snapshot's list of files: the one thing that makes uploaded objects count."""

import hashlib

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from vitpose_plus.errors import StorageError
from vitpose_plus.settings import settings
from vitpose_plus.storage.names import UnsafeName, relative_name
from vitpose_plus.storage.origin import Sha256


class Damaged(StorageError):
    """What lies in the store is not what was stored: a snapshot before it must serve."""


@settings
class Content:
    """A file's bytes: how many, and what they sum to."""

    size: int = Field(ge=0)
    sha256: Sha256


@settings
class Manifest:
    """All files of one moment.

    Attributes:
        snapshot: its number, counted from 1.
        taken: when, in UTC, as ISO 8601 has it.
        host: the machine.
        writer: the command's copy of the folders that it shows; a name no other copy has.
        folders: those kept, as paths from the project.
        files: every file in them, as a path from the project.
    """

    snapshot: int = Field(ge=1)
    taken: str
    host: str
    writer: str
    folders: tuple[str, ...]
    files: dict[str, Content]

    @model_validator(mode="after")
    def _check(self) -> "Manifest":
        for name in self.files:
            try:
                safe = relative_name(name)
            except UnsafeName as error:
                raise ValueError(f"{name!r} {error}") from None
            if safe != name or not any(name.startswith(f"{folder}/") for folder in self.folders):
                raise ValueError(f"{name!r} lies in none of the folders {self.folders}")
        return self

    @property
    def objects(self) -> set[str]:
        """The SHA-256 of every content that it needs."""
        return {content.sha256 for content in self.files.values()}

    def below(self, folder: str) -> dict[str, Content]:
        """The files of one of its folders, as paths from there."""
        top = f"{folder}/"
        return {
            name.removeprefix(top): content
            for name, content in self.files.items()
            if name.startswith(top)
        }


@settings
class _Sealed:
    """A manifest with the SHA-256 of its JSON: an object of its name may be cut or replaced."""

    sha256: Sha256
    manifest: Manifest


def to_bytes(manifest: Manifest) -> bytes:
    """As it is stored."""
    sealed = _Sealed(sha256=_sum(manifest), manifest=manifest)
    return TypeAdapter(_Sealed).dump_json(sealed, indent=1) + b"\n"


def from_bytes(stored: bytes, where: str) -> Manifest:
    """What `to_bytes` made.

    Raises:
        Damaged: it is something else.
    """
    try:
        sealed = TypeAdapter(_Sealed).validate_json(stored)
    except ValidationError as error:
        raise Damaged(f"{where}: is no list of a snapshot's files: {error.errors()[0]}") from error
    if sealed.sha256 != _sum(sealed.manifest):
        raise Damaged(f"{where}: the list of files was changed after it was stored")
    return sealed.manifest


def _sum(manifest: Manifest) -> str:
    return hashlib.sha256(TypeAdapter(Manifest).dump_json(manifest)).hexdigest()
