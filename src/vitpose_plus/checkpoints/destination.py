"""The folder that a model is written to."""

from pathlib import Path

from vitpose_plus.errors import CheckpointError

# What our format and transformers' put in a folder; another file there is not ours to remove.
_OURS = {"config.json", "model.safetensors", "preprocessor_config.json", "README.md"}


def strays(folder: Path) -> list[str]:
    """Names in a folder that no model has; none where there is no such folder."""
    return (
        sorted(p.name for p in folder.iterdir() if p.name not in _OURS) if folder.exists() else []
    )


def model_folder(folder: Path | str) -> Path:
    """The folder as an absolute path, free to be replaced as a whole.

    Raises:
        CheckpointError: it is a file, or holds something else than a model.
    """
    whole = Path(folder).resolve()
    if whole.is_file():
        raise CheckpointError(f"{whole} is a file: name a folder for the model")
    if found := strays(whole):
        raise CheckpointError(
            f"{whole} holds what is no model ({', '.join(found[:5])}), and a model's folder is "
            "replaced as a whole: name another one"
        )
    return whole
