"""Keypoint sets, one file each; `load_skeleton` reads a user's own."""

from pathlib import Path

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.skeletons.aic import AIC
from vitpose_plus.skeletons.ap10k import AP10K
from vitpose_plus.skeletons.apt36k import APT36K
from vitpose_plus.skeletons.coco import COCO
from vitpose_plus.skeletons.coco_wholebody import COCO_WHOLEBODY
from vitpose_plus.skeletons.crowdpose import CROWDPOSE
from vitpose_plus.skeletons.interhand import INTERHAND
from vitpose_plus.skeletons.mpii import MPII
from vitpose_plus.skeletons.skeleton import Skeleton

SKELETONS = {
    s.name: s for s in (COCO, AIC, MPII, AP10K, APT36K, COCO_WHOLEBODY, CROWDPOSE, INTERHAND)
}
"""By name. Of sets with as many keypoints, an unnamed checkpoint is taken for the first."""


def load_skeleton(name_or_path: str) -> Skeleton:
    """A built-in skeleton by name, or a user's own from a YAML file.

    Raises:
        ConfigurationError: no such name or file, or the file is not a skeleton.
    """
    if name_or_path in SKELETONS:
        return SKELETONS[name_or_path]
    path = Path(name_or_path)
    if path.suffix not in {".yml", ".yaml"}:
        choices = ", ".join(SKELETONS)
        raise ConfigurationError(
            f"unknown skeleton {name_or_path!r}: choose one of {choices}, or give a .yml file"
        )
    return _read_skeleton(path)


def _read_skeleton(path: Path) -> Skeleton:
    import yaml
    from pydantic import TypeAdapter
    from pydantic import ValidationError as PydanticError

    if not path.is_file():
        raise ConfigurationError(f"skeleton file {path} does not exist")
    try:
        return TypeAdapter(Skeleton).validate_python(yaml.safe_load(path.read_text()))
    except (PydanticError, yaml.YAMLError) as error:
        raise ConfigurationError(f"skeleton file {path}: {error}") from error


__all__ = ["SKELETONS", "Skeleton", "load_skeleton"]
