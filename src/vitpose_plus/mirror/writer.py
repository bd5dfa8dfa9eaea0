"""One machine's snapshots of its folders, one after the other, none half and none of two."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Event

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.bucket import Bucket, Refused, etag_of, refusal
from vitpose_plus.mirror.capture import Version, captured, versions
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.manifest import Content, Damaged, Manifest
from vitpose_plus.mirror.marker import Marker, new_writer, read_marker, write_marker
from vitpose_plus.mirror.settings import Store
from vitpose_plus.mirror.upload import Uploads
from vitpose_plus.storage.s3_objects import S3Object


@dataclass(frozen=True)
class Stored:
    """A snapshot that was just stored.

    Attributes:
        snapshot: its number.
        files: those whose content the store had not.
        bytes: of them.
        contents: what lay in the store before it.
    """

    snapshot: int
    files: int
    bytes: int
    contents: Mapping[str, S3Object]


class Writer:
    """Stores what lies in the folders, as long as nobody else stores to the same place.

    A snapshot's list is what makes it count. It is stored last, under the number after the one
    before, and whoever finds that number taken is not alone. So whatever fails at whatever moment,
    every snapshot that is listed is whole.
    """

    def __init__(self, store: Store, kept: Kept, halt: Event) -> None:
        """Only local files are read here. `halt` cuts uploads short."""
        self.bucket = Bucket(store)
        self._kept = kept
        self._uploads = Uploads(store, halt)
        marks = {read_marker(kept, folder, store) for folder in kept.folders}
        mark = marks.pop() if len(marks) == 1 else None
        self._marker = mark or Marker(store=store.address, snapshot=0, etag="", writer=new_writer())
        self._newest: Manifest | None = None
        self._sent: list[Manifest] = []  # lists whose storing may have succeeded or not
        self._known: dict[Version, Content] = {}
        self._shown: dict[str, Version] | None = None

    @property
    def snapshot(self) -> int:
        """The newest's number; 0: there is none."""
        return self._marker.snapshot

    def missing(self) -> list[Version]:
        """The files here that the newest snapshot does not show as they are."""
        shown = set((self._shown or {}).values())
        return [version for version in versions(self._kept).values() if version not in shown]

    def store(self) -> Stored | None:
        """Take a snapshot; None: the newest one shows all that lies here.

        Raises:
            Refused: another machine stores here too.
            Unsettled: the folders changed at every try to read them.
            StorageError: the store cannot be reached, or refuses; it is as it was.
            OSError: a file cannot be read.
        """
        if self._shown == versions(self._kept):
            return None
        self._check_alone()
        contents = self.bucket.contents()
        there = {sha256: one.size for sha256, one in contents.items()}
        for sha256 in self._marker.doubted:
            there.pop(sha256, None)
        before = set(there)
        shown = self._send(there)
        files = {name: self._known[version] for name, version in sorted(shown.items())}
        self._check_no_loss(files)
        if files == (self._newest.files if self._newest else {}):
            self._shown = shown
            return None
        self._commit(files, there)
        self._shown = shown
        fresh = [content for content in files.values() if content.sha256 not in before]
        return Stored(self.snapshot, len(fresh), sum(one.size for one in fresh), contents)

    def _check_alone(self) -> None:
        """That the newest snapshot is the one that these folders go on from.

        On a server without conditional writes this is what tells that another machine wrote over
        ours: its list has another ETag.
        """
        lists = self.bucket.snapshots()
        number = max(lists, default=0)
        if number < max(1, self.snapshot):
            self._newest = None  # there is none, or somebody removed those stored from here
            return
        listed = lists[number]
        if (number, etag_of(listed)) != (self.snapshot, self._marker.etag):
            there = self._read(listed)
            if there is None or there not in self._sent:
                raise refusal(self.bucket, listed)
            self._count(there, etag_of(listed))  # only the answer was lost
        if self._newest is None:
            self._newest = self._read(listed)

    def _read(self, listed: S3Object) -> Manifest | None:
        try:
            return self.bucket.read(listed)
        except Damaged:
            return None

    def _send(self, there: dict[str, int]) -> dict[str, Version]:
        """Let the store have all contents; returns the versions of one moment, by name."""
        while True:
            known = {v: c for v, c in self._known.items() if there.get(c.sha256) == c.size}
            with captured(self._kept, known) as found:
                sent = self._uploads.send(found.held, there)
                self._known |= {held.version: content for held, content in sent.items()}
            if found.whole:
                self._known = {version: self._known[version] for version in found.versions}
                return {version.name: version for version in found.versions}

    def _check_no_loss(self, files: Mapping[str, Content]) -> None:
        """A disk that was unmounted, or a folder removed by mistake, must not empty the store."""
        for folder in self._kept.folders:
            lost = self._newest is not None and self._newest.below(folder)
            if lost and not any(name.startswith(f"{folder}/") for name in files):
                raise StorageError(
                    f"{self._kept.path(folder)}: nothing is left of the {len(lost)} files that "
                    f"snapshot {self.snapshot} holds. It stays as it is. To begin anew, name "
                    "another store."
                )

    def _commit(self, files: dict[str, Content], there: Mapping[str, int]) -> None:
        manifest = Manifest(
            snapshot=self.snapshot + 1,
            taken=datetime.now(UTC).isoformat(timespec="milliseconds"),
            host=socket.gethostname(),
            writer=self._marker.writer,
            folders=self._kept.folders,
            files=files,
        )
        self._sent.append(manifest)
        try:
            etag = self.bucket.commit(manifest)
        except Refused:
            self._check_alone()  # raises, unless one of ours came there late
            self._commit(files, there)
            return
        doubted = tuple(one for one in self._marker.doubted if one not in there)
        self._marker = replace(self._marker, doubted=doubted)
        self._count(manifest, etag)

    def _count(self, manifest: Manifest, etag: str) -> None:
        """A list is known to be stored."""
        self._newest, self._sent = manifest, []
        self._note(replace(self._marker, snapshot=manifest.snapshot, etag=etag))

    def _note(self, marker: Marker) -> None:
        self._marker = marker
        for folder in self._kept.folders:
            write_marker(self._kept, folder, marker)
