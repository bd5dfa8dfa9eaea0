"""Origins as a data set has them, and one run that brings them."""

import hashlib
import zipfile

import pytest

from vitpose_plus.storage import obtain


@pytest.fixture
def place(tmp_path):
    return tmp_path / "raw" / "coco"


@pytest.fixture
def bring(tmp_path, access):
    """Bring origins as one run does."""

    def run(*origins, s3=None, **options):
        scratch = tmp_path / "scratch"
        return obtain(origins, s3 or access(), scratch=scratch, progress=False, **options)

    return run


@pytest.fixture
def coco(tmp_path, blob, write_zip):
    """The three archives of COCO, small: path by name."""
    files = {
        "train2017.zip": {f"train2017/{i:012}.jpg": blob(3000, seed=i) for i in range(8)},
        "val2017.zip": {f"val2017/{i:012}.jpg": blob(3000, seed=i + 50) for i in range(3)},
        "annotations.zip": {"annotations/train.json": b"{}", "annotations/val.json": b"[]"},
    }
    folder = tmp_path / "downloads"
    folder.mkdir()
    for name, members in files.items():
        write_zip(folder / name, members)
    return folder


@pytest.fixture
def write_zip():
    """`write_zip(path, {name: bytes})`."""

    def write(path, members):
        with zipfile.ZipFile(path, "w") as archive:
            for name, body in members.items():
                archive.writestr(name, body)

    return write


@pytest.fixture
def below():
    """`below(folder)`: its files."""
    return lambda folder: {
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()
    }


@pytest.fixture
def sha256():
    """`sha256(path)`, by the standard library."""
    return lambda path: hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def leftovers(place):
    """`leftovers()`: what lies beside the place, but for the papers that are meant to stay."""

    def found():
        names = {p.name for p in place.parent.rglob("*") if not p.is_relative_to(place)}
        return {n for n in names if not n.endswith((".json", ".files", ".origins", "lock"))}

    return found
