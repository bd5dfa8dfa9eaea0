"""A snapshot's files at their place, all at once."""

import logging
import os
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from vitpose_plus.mirror.manifest import Content
from vitpose_plus.replacement import beside

log = logging.getLogger(__name__)


def incoming_of(folder: Path) -> Path:
    """Where contents arrive before they are files of a folder, on its disk."""
    return folder.with_name(f".{folder.name}.incoming")


def build(files: Mapping[str, Content], folder: Path) -> Path:
    """Make of the contents that have come the tree that is to be `folder`, beside it."""
    tree = folder.with_name(f".{folder.name}.restored")
    shutil.rmtree(tree, ignore_errors=True)
    tree.mkdir(parents=True)
    names = defaultdict(list)
    for name, content in files.items():
        names[content.sha256].append(tree / name)
    for sha256, (first, *others) in names.items():
        for path in (first, *others):
            path.parent.mkdir(parents=True, exist_ok=True)
        for path in others:
            shutil.copyfile(incoming_of(folder) / sha256, path)
        (incoming_of(folder) / sha256).rename(first)
    os.sync()
    return tree


def set_aside(folder: Path) -> None:
    """Rename what lies in a folder's place, if anything does: it may have cost days."""
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    aside = beside(folder)
    folder.rename(aside)
    log.warning("%s: what lay there is kept in %s", folder, aside)
