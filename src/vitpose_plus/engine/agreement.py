"""All processes of a training must be about the same one: with the same code, data and weights."""

import socket
from collections.abc import Mapping

from vitpose_plus.engine.world import World
from vitpose_plus.errors import ConfigurationError


def refuse_disagreement(mine: Mapping[str, str], world: World) -> None:
    """Compare what each process has, before it is mixed into one model.

    Args:
        mine: a checksum of each thing, by what it is.
        world: this process among all.

    Raises:
        ConfigurationError: a node has something else than the main process, which is named.
    """
    everyone = world.gather((socket.gethostname(), dict(mine)))
    host, main = everyone[0]
    for rank, (other, theirs) in enumerate(everyone):
        different = [what for what in main if theirs[what] != main[what]]
        if different:
            raise ConfigurationError(
                f"process {rank} on {other} has another {' and another '.join(different)} than "
                f"process 0 on {host}. Give every node the same commit, the same data version "
                "(`dvc pull`) and the same weights to start from"
            )
