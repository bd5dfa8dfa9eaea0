"""Where a conversion writes: what it may replace, and how large it came out."""

from pathlib import Path

import click

# What our formats and transformers' put in a folder; another file there is not ours to remove.
_OURS = {"config.json", "model.safetensors", "preprocessor_config.json", "README.md"}


def refuse_to_overwrite(target: Path, *, force: bool, folder: bool) -> None:
    """Stop before the work if the target is in the way.

    Args:
        target: what will be written.
        force: whether it may replace a model.
        folder: whether it will be a folder, which is replaced as a whole.

    Raises:
        ClickException: it exists, or it is something else than a model.
    """
    if not target.exists():
        return
    if target.is_dir() != folder:
        raise click.ClickException(
            f"{target} is {'no' if folder else 'a'} folder: name another DST"
        )
    strays = sorted(p.name for p in target.iterdir() if p.name not in _OURS) if folder else []
    if strays:
        raise click.ClickException(
            f"{target} holds what is no model ({', '.join(strays[:5])}): name another DST"
        )
    if not force:
        raise click.ClickException(f"{target} exists: --force replaces it")


def size_on_disk(target: Path) -> int:
    """Bytes of a folder's files, or of an ONNX file and the weights beside it."""
    beside = target.with_name(f"{target.name}.data")
    files = target.iterdir() if target.is_dir() else (p for p in (target, beside) if p.exists())
    return sum(file.stat().st_size for file in files)
