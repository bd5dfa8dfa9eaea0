"""A small file that is written whole or not at all."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write text under another name, then rename it over `path`.

    Names of files that are no UTF-8 come from `os` as lone surrogates and are written back as
    they were.
    """
    new = path.with_name(path.name + ".new")
    try:
        new.write_text(text, encoding="utf-8", errors="surrogateescape")
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
