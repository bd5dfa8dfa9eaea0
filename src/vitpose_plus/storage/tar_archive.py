"""The members of a tar archive, plain or compressed."""

import bz2
import gzip
import lzma
import tarfile
from pathlib import Path
from typing import IO, Any, cast

from vitpose_plus.storage.unpacking import BLOCK, Unpacking

_OPEN: dict[str, Any] = {
    "gz": gzip.open,
    "tgz": gzip.open,
    "bz2": bz2.open,
    "tbz2": bz2.open,
    "xz": lzma.open,
    "txz": lzma.open,
}


def unpack_tar(archive: Path, unpacking: Unpacking) -> None:
    """Put every member where it belongs.

    tarfile only reads here. Its own extraction with the `data` filter writes the links of the
    archive, and in Pythons before 3.11.13 could be led out of the folder by them (CVE-2025-4517).

    Raises:
        StorageError: a member is unsafe.
        tarfile.TarError: the file is damaged; and other errors of its decoders.
    """
    compression = archive.name.lower().rpartition(".")[2]
    decoded = cast(IO[bytes], _OPEN.get(compression, open)(archive, "rb"))
    source = _Modest(decoded)
    with decoded, tarfile.open(fileobj=cast(IO[bytes], source), mode="r:") as opened:
        while (member := opened.next()) is not None:
            _put(opened, member, unpacking)
            # TarFile remembers all it has seen: a gigabyte for a million members.
            cast(Any, opened).members.clear()
        # tarfile takes a header that it cannot read for the end, and a cut file for a whole one.
        if source.last != bytes(tarfile.BLOCKSIZE):
            raise tarfile.ReadError(f"no member and no end mark at byte {opened.offset}")
        # To the last byte, where gzip, bzip2 and xz have their checksum.
        while rest := decoded.read(BLOCK):
            unpacking.count(len(rest))


def _put(opened: tarfile.TarFile, member: tarfile.TarInfo, unpacking: Unpacking) -> None:
    if member.isdir():
        unpacking.add_folder(member.name)
    elif member.issym():
        unpacking.add_symbolic_link(member.name, member.linkname)
    elif member.islnk():
        unpacking.add_link(member.name, member.linkname)
    elif member.isreg():
        stream = opened.extractfile(member)
        assert stream is not None  # of a regular file there is one
        with stream:
            unpacking.add_file(member.name, stream)
    else:
        raise unpacking.refusal(member.name, "is neither a file nor a folder")


class _Modest:
    """A file that refuses huge reads and knows what the last one gave.

    tarfile reads the extension of a header at once, however long it claims to be.
    """

    def __init__(self, file: IO[bytes]):
        self._file = file
        self.tell = file.tell
        self.seek = file.seek
        self.last = b""

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= BLOCK:
            raise tarfile.ReadError(f"a header claims to be {size} bytes long")
        self.last = self._file.read(size)
        return self.last
