"""Where a conversion writes: what it may replace, and how large it came out."""

from pathlib import Path

import click


def refuse_to_overwrite(target: Path, *, force: bool, folder: bool) -> None:
    """Stop before the work if the target is in the way.

    Args:
        target: what will be written.
        force: whether it may replace a model.
        folder: whether it will be a folder, which is replaced as a whole.

    Raises:
        ClickException: it exists.
        CheckpointError: it holds something else than a model.
    """
    if not target.exists():
        return
    if target.is_dir() != folder:
        raise click.ClickException(
            f"{target} is {'no' if folder else 'a'} folder: name another DST"
        )
    if folder:
        from vitpose_plus.checkpoints.destination import model_folder

        model_folder(target)
    if not force:
        raise click.ClickException(f"{target} exists: --force replaces it")


def size_on_disk(target: Path) -> int:
    """Bytes of a folder's files, or of an ONNX file and the weights beside it."""
    beside = target.with_name(f"{target.name}.data")
    files = target.iterdir() if target.is_dir() else (p for p in (target, beside) if p.exists())
    return sum(file.stat().st_size for file in files)
