"""The members of a zip archive, with the oddities of the programs that write them."""

import contextlib
import stat
import zipfile
from pathlib import Path

from vitpose_plus.errors import StorageError
from vitpose_plus.storage.unpacking import Unpacking

_ENCRYPTED = 0x1
_UTF8 = 0x800
_UNIX = 3
_MAX_LINK = 4096


def unpacked_size(archive: Path) -> int:
    """Bytes that the archive says it unpacks to."""
    with zipfile.ZipFile(archive) as opened:
        return sum(member.file_size for member in opened.infolist())


def unpack_zip(archive: Path, unpacking: Unpacking) -> None:
    """Put every member where it belongs.

    Raises:
        StorageError: a member is encrypted, unsafe or packed in a way Python does not know.
        zipfile.BadZipFile: the file is damaged; and other errors of its decoders.
    """
    with zipfile.ZipFile(archive) as opened:
        for member in opened.infolist():
            name = _name(member)
            _check(member, name, unpacking)
            if name.endswith("/"):
                unpacking.add_folder(name)
                continue
            try:
                with opened.open(member) as stream:
                    if _kind(member) == stat.S_IFLNK:
                        unpacking.add_symbolic_link(name, stream.read(_MAX_LINK).decode())
                    else:
                        unpacking.add_file(name, stream)
            except NotImplementedError as error:
                raise _unknown_packing(archive, name, error) from error


def _name(member: zipfile.ZipInfo) -> str:
    """The member's name with `/` between its parts.

    Some Windows programs write backslashes, against the format's definition; and macOS writes
    UTF-8 without the flag that says so, which zipfile then reads as the code page of DOS.
    """
    name = member.filename
    if not member.flag_bits & _UTF8:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _check(member: zipfile.ZipInfo, name: str, unpacking: Unpacking) -> None:
    if member.flag_bits & _ENCRYPTED:
        raise StorageError(
            f"{unpacking.archive}: member {name!r} is encrypted. Unpack the archive with its "
            "password (7z x, unzip) and name the folder in place of the archive."
        )
    if _kind(member) not in (0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK):
        raise unpacking.refusal(name, "is neither a file nor a folder")


def _kind(member: zipfile.ZipInfo) -> int:
    """The Unix file type; 0 where the archive gives none."""
    if member.create_system != _UNIX:
        return 0
    return stat.S_IFMT(member.external_attr >> 16)


def _unknown_packing(archive: Path, name: str, error: NotImplementedError) -> StorageError:
    return StorageError(
        f"{archive}: member {name!r}: {error} (Windows packs large files as Deflate64). Unpack the "
        "archive with another program (7z x, unzip) and name the folder in place of the archive."
    )
