"""A hidden file beside a kept folder: which snapshot of which store the folder goes on from."""

import logging
from pathlib import Path
from uuid import uuid4

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.settings import Store
from vitpose_plus.settings import settings
from vitpose_plus.storage.origin import Sha256
from vitpose_plus.typed_json import read_typed, write_typed

log = logging.getLogger(__name__)


@settings
class Marker:
    """What a folder has to do with a store.

    Attributes:
        store: the address.
        snapshot: the store's newest when this was written; 0: it had none.
        etag: of that snapshot's list.
        writer: this copy of the folder. A snapshot by that name was stored from here, even if the
            command was killed before it could write that down.
        doubted: contents in the store that are not what their names say: stored anew where they
            are at hand, and never taken for being there.
    """

    store: str
    snapshot: int
    etag: str
    writer: str
    doubted: tuple[Sha256, ...] = ()


def new_writer() -> str:
    """A name that no other copy has."""
    return uuid4().hex


def path_of(kept: Kept, folder: str) -> Path:
    """Where a folder's marker lies: on its disk, and in no other tool's way."""
    path = kept.path(folder).resolve()
    return path.with_name(f".{path.name}.mirrored.json")


def read_marker(kept: Kept, folder: str, store: Store) -> Marker | None:
    """What is marked about this store; None: nothing, or another store."""
    path = path_of(kept, folder)
    if not path.exists():
        return None
    try:
        marker = read_typed(
            Marker, path, error=StorageError, absent="", stale="is no mark of a stored folder"
        )
    except StorageError as error:
        log.warning("%s. It counts for nothing.", error)
        return None
    return marker if marker.store == store.address else None


def write_marker(kept: Kept, folder: str, marker: Marker) -> None:
    """Beside a folder, which need not exist."""
    path = path_of(kept, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_typed(marker, path)
