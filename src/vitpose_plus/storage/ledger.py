"""What has been brought to a folder, written down beside it."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from vitpose_plus.storage.origin import Origin
from vitpose_plus.storage.whole_file import write_whole


@dataclass(frozen=True, slots=True)
class Record:
    """An origin that has been brought.

    Attributes:
        address: where it came from.
        version: what changes when the source does: size with ETag or time; of a folder, a digest.
        sha256: of the archive or file; None: a folder.
        files, bytes: what it brought.
    """

    address: str
    version: str
    sha256: str | None
    files: int
    bytes: int


class Ledger:
    """One origin's papers, in the hidden folder `.{name}.origins` beside the folder it fills.

    They are a small JSON (`Record`) and a list of its files: whose a file is decides what a new
    version may replace, and what it removes.
    """

    def __init__(self, origin: Origin):
        """`origin.folder` may be a link to a folder, or a mounted disk, and need not exist."""
        self.folder = origin.folder.resolve()
        digest = hashlib.sha256(origin.address.encode()).hexdigest()[:10]
        self._slug = f"{origin.name[:100]}-{digest}"
        # Files are moved in by renaming, which does not work from one disk to another.
        inside = self.folder.is_mount()
        parent, name = (self.folder, "") if inside else (self.folder.parent, self.folder.name)
        self._root = parent / (f".{name}.origins" if name else ".origins")

    @property
    def lock(self) -> Path:
        """What a process holds while it fills the folder."""
        return self._root / "lock"

    @property
    def partial(self) -> Path:
        """Where files lie whose bytes are still coming."""
        return self._root / f"{self._slug}.partial"

    def staging(self, version: str) -> Path:
        """Where whole files of a version wait to be moved in; other versions' are removed."""
        digest = hashlib.sha256(version.encode()).hexdigest()[:10]
        staging = self._root / f"{self._slug}.{digest}.staging"
        for other in self._root.glob("*.staging"):
            if other.name.startswith(f"{self._slug}.") and other != staging:
                shutil.rmtree(other)
        return staging

    def read(self) -> Record | None:
        """The record of what was brought last; None: nothing, or not to its end."""
        try:
            return Record(**json.loads(self._record.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def contents(self) -> dict[str, str]:
        """The files that were brought last: path below the folder to version."""
        return _read_contents(self._contents) if self.read() else {}

    def is_complete(self) -> bool:
        """Whether all files that were brought last are still there, changed or not."""
        return all(os.path.isfile(self.folder / name) for name in self.contents())  # noqa: PTH113

    def of_others(self) -> dict[str, str]:
        """The files that other origins brought to this folder: path to the origin's address."""
        return {
            name: json.loads(path.with_suffix(".json").read_text())["address"]
            for path in sorted(self._root.glob("*.files"))
            if path != self._contents and path.with_suffix(".json").is_file()
            for name in _read_contents(path)
        }

    def write(self, record: Record, contents: Mapping[str, str]) -> None:
        """Note what has been brought, and clear away what it was made of."""
        self._root.mkdir(parents=True, exist_ok=True)
        self._record.unlink(missing_ok=True)  # never an old record with a new list
        lines = (f"{version}\t{name}\n" for name, version in contents.items())
        write_whole(self._contents, "".join(lines))
        write_whole(self._record, json.dumps(asdict(record), indent=2) + "\n")
        shutil.rmtree(self.partial, ignore_errors=True)
        shutil.rmtree(self.staging(record.version), ignore_errors=True)

    @property
    def _record(self) -> Path:
        return self._root / f"{self._slug}.json"

    @property
    def _contents(self) -> Path:
        return self._root / f"{self._slug}.files"


def _read_contents(path: Path) -> dict[str, str]:
    text = path.read_text(encoding="utf-8", errors="surrogateescape")
    lines = (line.partition("\t") for line in text.split("\n") if line)
    return {name: version for version, _, name in lines}
