"""A detector's weights on this machine: a folder, or what the Hugging Face cache holds."""

from importlib.util import find_spec
from pathlib import Path

from vitpose_plus.errors import ConfigurationError

RT_DETR = (
    "PekingU/rtdetr_v2_r101vd",
    "PekingU/rtdetr_v2_r50vd",
    "PekingU/rtdetr_v2_r34vd",
    "PekingU/rtdetr_v2_r18vd",
    "PekingU/rtdetr_r101vd_coco_o365",
    "PekingU/rtdetr_r50vd_coco_o365",
    "PekingU/rtdetr_r18vd_coco_o365",
    "PekingU/rtdetr_r101vd",
    "PekingU/rtdetr_r50vd",
    "PekingU/rtdetr_r34vd",
    "PekingU/rtdetr_r18vd",
)
"""The authors' own RT-DETRs of COCO's things, as the cache calls them; the first that lies there
is taken."""
FILES = ("config.json", "preprocessor_config.json", "model.safetensors")


def detector_folder(named: str, cache: Path | None = None) -> Path:
    """Where a detector lies.

    Args:
        named: a folder, or a name in the cache.
        cache: the Hugging Face cache; None: the usual one.

    Raises:
        ConfigurationError: neither is there. Nothing is downloaded.
    """
    if named and Path(named).is_dir():
        return Path(named)
    if (found := _in_cache(named, cache)) is not None:
        return found
    raise ConfigurationError(
        f"detector {named}: no such folder, and no such weights in the local Hugging Face cache. "
        f"Nothing is downloaded unasked: `hf download {RT_DETR[5]}` puts a good one there"
    )


def cached_detector(cache: Path | None = None) -> Path | None:
    """The first RT-DETR that lies whole in the cache; None: there is none."""
    found = (_in_cache(name, cache) for name in RT_DETR)
    return next((folder for folder in found if folder is not None), None)


def _in_cache(name: str, cache: Path | None) -> Path | None:
    if find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        files = [try_to_load_from_cache(name, file, cache_dir=cache) for file in FILES]
    except HFValidationError:  # A path is no name.
        return None
    whole = [Path(file) for file in files if isinstance(file, str)]
    return whole[0].parent if len(whole) == len(FILES) else None
