"""Weights that a training starts from, brought from the main process's disk to the other nodes'."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import torch
from torch import distributed as dist

from vitpose_plus.checksum import sha256_of, sha256_of_files
from vitpose_plus.engine.world import World
from vitpose_plus.errors import StorageError
from vitpose_plus.replacement import replacing_file

log = logging.getLogger(__name__)

BLOCK = 64 << 20  # bytes that are sent at once


def deliver(paths: Sequence[Path], world: World) -> None:
    """Bring files and folders to every node, where they are not there already, byte for byte.

    The first process of each node writes, under the same path. Nodes that share a disk find
    everything there. All processes call this.

    Args:
        paths: of the main process; a folder is brought with all below it, and what lies beside
            that on another node stays.
        world: this process among all.

    Raises:
        StorageError: the main process has no such file, or a node has no room for it.
    """
    if world.size == 1 or not paths:
        return
    wanted = world.broadcast(_wanted(paths) if world.main else {})
    writes = os.environ["LOCAL_RANK"] == "0" and not world.main
    mine = {path for path, checksum in wanted.items() if writes and _checksum(path) != checksum}
    # A file at a time, to whoever lacks it: the others take part, and forget it.
    for path in sorted(set().union(*world.gather(mine))):
        _send(path, world) if world.main else _receive(path, world, keep=path in mine)
    world.sum(torch.zeros((), device=world.device))  # nobody reads before all is written


def _wanted(paths: Sequence[Path]) -> Mapping[Path, str]:
    """Every file's checksum."""
    wanted: dict[Path, str] = {}
    for path in paths:
        if not path.exists():
            raise StorageError(
                f"{path} does not exist. It is needed by every process: put it there"
            )
        start = path if path.is_dir() else path.parent
        wanted |= {start / name: sha256 for name, sha256 in sha256_of_files(path).items()}
    return wanted


def _checksum(path: Path) -> str | None:
    return sha256_of(path) if path.is_file() else None


def _send(path: Path, world: World) -> None:
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        world.broadcast(size)
        for span in _spans(size):
            block = torch.frombuffer(bytearray(file.read(span)), dtype=torch.uint8)
            dist.broadcast(block, src=0)


def _receive(path: Path, world: World, *, keep: bool) -> None:
    size = world.broadcast(0)
    try:
        with ExitStack() as stack:
            file = stack.enter_context(_replacing(path)) if keep else None
            for span in _spans(size):
                block = torch.empty(span, dtype=torch.uint8)
                dist.broadcast(block, src=0)
                if file is not None:
                    file.write(block.numpy().tobytes())
    except OSError as error:
        raise StorageError(
            f"{path}: {size / 2**20:.0f} MiB of weights could not be written on this node: {error}"
        ) from error
    if keep:
        log.warning("%s was brought here from the main process's node", path)


def _spans(size: int) -> Iterator[int]:
    yield from (min(BLOCK, size - begin) for begin in range(0, size, BLOCK))


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part, part.open("wb") as file:
        yield file
