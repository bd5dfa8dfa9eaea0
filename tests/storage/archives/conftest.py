"""Archives that tests make, and the try at unpacking them."""

import io
import stat
import tarfile
import zipfile

import pytest

from vitpose_plus.errors import StorageError
from vitpose_plus.storage import UnpackLimits
from vitpose_plus.storage.unpack import unpack

TARS = {".tar": "w", ".tar.gz": "w:gz", ".tgz": "w:gz", ".tar.bz2": "w:bz2", ".tar.xz": "w:xz"}


@pytest.fixture
def tried(tmp_path):
    """Unpack an archive; what lies in its folder, and that a refused one left nothing."""

    def run(archive, **limits):
        folder = tmp_path / "place" / "out"
        try:
            unpack(archive, folder, UnpackLimits(**limits), progress=False)
        except StorageError:
            assert not folder.exists()
            raise
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and not path.is_symlink()
        }

    return run


@pytest.fixture
def make_zip(tmp_path):
    def make(members, **options):
        path = tmp_path / "set.zip"
        with zipfile.ZipFile(path, "w", **options) as archive:
            for name, body in members.items() if isinstance(members, dict) else members:
                archive.writestr(name, body)
        return path

    return make


@pytest.fixture
def make_tar(tmp_path):
    def make(members, ending=".tar"):
        path = tmp_path / f"set{ending}"
        with tarfile.open(path, TARS[ending]) as archive:
            for member, body in members:
                info = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
                info.size = len(body)
                archive.addfile(info, io.BytesIO(body))
        return path

    return make


@pytest.fixture
def special():
    """A member of a tar that is no file: `special(name, kind, linkname)`."""

    def make(name, kind, linkname=""):
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, linkname
        return info, b""

    return make


@pytest.fixture
def link():
    """A symbolic link in a zip: `link(name, target)`."""

    def make(name, target):
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        return info, target

    return make
