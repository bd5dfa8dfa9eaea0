"""The newest snapshot of a store brought to a machine that has none of it, or an older one."""

import logging
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.bucket import Bucket, etag_of, status_of
from vitpose_plus.mirror.fetch import DamagedContent, fetch
from vitpose_plus.mirror.kept import Kept, walk
from vitpose_plus.mirror.manifest import Damaged, Manifest
from vitpose_plus.mirror.marker import Marker, new_writer, read_marker, write_marker
from vitpose_plus.mirror.placing import build, incoming_of, set_aside
from vitpose_plus.mirror.settings import Store

log = logging.getLogger(__name__)

_TRIES = 3
_GONE = (404, 412)


def restore(
    store: Store, folders: Iterable[Path | str], *, project: Path = Path(), progress: bool = True
) -> int | None:
    """Let folders be as new as the store's newest snapshot, whoever stored it.

    A folder that is empty here is brought. One that the newest snapshot was stored from, or brought
    to, is as new or newer, and stays. Where another machine has gone on since, what lies here is
    renamed and the snapshot is brought. What was cut is gone on with by the next call.

    Args:
        store: where.
        folders: what.
        project: what their names start from.
        progress: show bars, on a terminal.

    Returns:
        The snapshot that was brought; None: none was, for the store is empty or all is here.

    Raises:
        ConfigurationError: a folder cannot be kept.
        StorageError: the store cannot be reached; no snapshot in it is whole; it holds other
            folders; or what lies here has nothing to do with what it holds.
    """
    kept = Kept.of(folders, project)
    bucket = Bucket(store)
    for last in (False,) * (_TRIES - 1) + (True,):
        try:
            return _Restoring(bucket, kept, progress).restore()
        except StorageError as error:
            # Whoever still stores there removes what is out of date while it is being read.
            if last or status_of(error.__cause__) not in _GONE:
                raise
        except OSError as error:
            raise StorageError(
                f"{kept}: cannot be restored from {store.address}: {error}. Mend that, or make "
                "room, and run again: what has come is kept."
            ) from error
    raise AssertionError("the last try returns or raises")


class _Restoring:
    """One look at the store, and what follows from it."""

    def __init__(self, bucket: Bucket, kept: Kept, progress: bool) -> None:
        self._bucket, self._store, self._kept = bucket, bucket.store, kept
        self._progress = progress
        self._lists = bucket.snapshots()
        self._doubted: set[str] = set()

    def restore(self) -> int | None:
        if not self._lists:
            log.info("%s holds no snapshot yet", self._store.address)
            return None
        snapshots = self._readable()
        newest = next(snapshots, None)
        if newest is None:
            raise self._none_whole()
        self._check_folders(newest)
        marks = {name: read_marker(self._kept, name, self._store) for name in self._kept.folders}
        wanted = [name for name, mark in marks.items() if not self._stays(name, mark, newest)]
        if not wanted:
            self._note(marks)
            return None
        while newest is not None and not self._fetch(newest, wanted):
            newest = next(snapshots, None)
        if newest is None:
            raise self._none_whole()
        self._place(newest, wanted)
        return newest.snapshot

    def _readable(self) -> Iterator[Manifest]:
        for listed in self._lists.values():
            try:
                yield self._bucket.read(listed)
            except Damaged as error:
                log.warning("%s. The snapshot before it is taken.", error)

    def _check_folders(self, newest: Manifest) -> None:
        """What is not kept on would be gone two snapshots later."""
        forgotten = set(newest.folders) - set(self._kept.folders)
        if forgotten:
            raise StorageError(
                f"{self._store.address}: snapshot {newest.snapshot} holds {sorted(forgotten)} "
                f"too, and only {self._kept} is to be kept. Keep the same folders, or name another "
                "store."
            )

    def _stays(self, folder: str, mark: Marker | None, newest: Manifest) -> bool:
        """Whether what lies here is as new as the store's newest, or has no part in it."""
        if not any(walk(Kept(self._kept.project, (folder,)))):
            return False
        if mark is None and newest.below(folder):
            raise StorageError(
                f"{self._kept.path(folder)} does not come from {self._store.address}, whose "
                f"snapshot {newest.snapshot} (host {newest.host}, at {newest.taken}) holds {folder}"
                " too. Move what lies here away to go on from the store, or name another store."
            )
        number, etag = self._newest
        return (
            mark is None
            or mark.snapshot > number  # somebody removed what was stored from here
            or (mark.snapshot, mark.etag) == (number, etag)
            # The command was killed after it stored that one, before it could note so.
            or (mark.snapshot + 1, mark.writer) == (newest.snapshot, newest.writer)
        )

    @property
    def _newest(self) -> tuple[int, str]:
        number = max(self._lists)
        return number, etag_of(self._lists[number])

    def _fetch(self, manifest: Manifest, wanted: list[str]) -> bool:
        """Bring what the folders need beside them; returns whether all of it is whole."""
        contents = self._bucket.contents()
        for folder in wanted:
            incoming = incoming_of(self._kept.path(folder).resolve())
            needed = set(manifest.below(folder).values())
            try:
                fetch(self._bucket, contents, needed, incoming, progress=self._progress)
            except DamagedContent as error:
                log.warning(
                    "snapshot %d is damaged: %s. The one before it is taken.",
                    *(manifest.snapshot, error),
                )
                self._doubted.add(error.sha256)
                return False
        return True

    def _place(self, manifest: Manifest, wanted: list[str]) -> None:
        """Everything has come: let it take its place."""
        mark = self._mark()
        for folder in wanted:
            files, path = manifest.below(folder), self._kept.path(folder).resolve()
            tree = build(files, path)
            set_aside(path)
            # Before the files: what is killed between the two is empty, and brought again.
            write_marker(self._kept, folder, mark)
            tree.rename(path)
            shutil.rmtree(incoming_of(path))
            size = sum(content.size for content in files.values()) / 1e6
            log.info(
                "restored %s (%d files, %.1f MB) from snapshot %d of %s: host %s, at %s",
                *(folder, len(files), size, manifest.snapshot, self._store.address),
                *(manifest.host, manifest.taken),
            )
        for folder in self._kept.folders:
            write_marker(self._kept, folder, mark)

    def _mark(self) -> Marker:
        """Of a new copy, even where an older snapshot was taken: the next one comes after all."""
        number, etag = self._newest
        return Marker(
            store=self._store.address,
            snapshot=number,
            etag=etag,
            writer=new_writer(),
            doubted=tuple(sorted(self._doubted)),
        )

    def _note(self, marks: Mapping[str, Marker | None]) -> None:
        """Nothing was brought, but a snapshot may have been stored that was not noted."""
        mark = max(
            (one for one in marks.values() if one is not None),
            key=lambda one: one.snapshot,
            default=self._mark(),
        )
        number, etag = self._newest
        if mark.snapshot < number:
            mark = replace(mark, snapshot=number, etag=etag)
        for folder in self._kept.folders:
            write_marker(self._kept, folder, mark)

    def _none_whole(self) -> StorageError:
        return StorageError(
            f"{self._store.address}: none of its snapshots ({sorted(self._lists)}) is whole: the "
            "warnings above tell what is damaged. Bring that back (the bucket's versions, a copy), "
            "or name another store to begin anew."
        )
