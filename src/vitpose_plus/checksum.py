"""What files sum to: what tells a model, a table or an annotation file from another."""

import hashlib
from pathlib import Path


def sha256_of(path: Path) -> str:
    """A file's SHA-256, in lower-case hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of_files(path: Path) -> dict[str, str]:
    """The sum of every file of a folder, by its path in it, or of the file that it is."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    start = path if path.is_dir() else path.parent
    return {file.relative_to(start).as_posix(): sha256_of(file) for file in files if file.is_file()}
