"""Which node of how many this one is, as the engine that started it says in its environment."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vitpose_plus.engine.address import outward_address
from vitpose_plus.errors import ConfigurationError


@dataclass(frozen=True)
class Placement:
    """A node among those of a job.

    Attributes:
        engine: who said so.
        job: the same for all nodes of a job's start, and no other's.
        rank: 0 is the head.
        nodes: how many there are.
        head: the address of the head, as this node knows it.
        processes: GPUs of each node; None: the engine does not say.
    """

    engine: str
    job: str
    rank: int
    nodes: int
    head: str
    processes: int | None


Variables = Mapping[str, str]


def find_placement(variables: Variables) -> Placement:
    """From SkyPilot's, Slurm's or AWS Batch's variables; without any, one node alone.

    `VITPOSE_HEAD` and `VITPOSE_PROCESSES`, where set, come before what the engine says.

    Raises:
        ConfigurationError: a variable is missing or no number.
    """
    known = ((name, read) for name, read in _ENGINES.items() if name in variables)
    mark, read = next(known, ("", _alone))
    try:
        found = read(variables)
    except (KeyError, ValueError) as error:
        raise ConfigurationError(
            f"{mark} is set, so an engine started this node, but its other variables are not as "
            f"it documents them: {error!r}. See docs/cloud.md"
        ) from error
    if ":" in found.head:
        raise ConfigurationError(
            f"{found.engine}: the head is {found.head}. Nodes meet by IPv4 addresses or names: set "
            "VITPOSE_HEAD to one"
        )
    if not 0 <= found.rank < found.nodes:
        raise ConfigurationError(f"{found.engine}: node {found.rank} of {found.nodes} cannot be")
    return found


def _skypilot(variables: Variables) -> Placement:
    return Placement(
        engine="SkyPilot",
        job=_job(variables, "SKYPILOT_TASK_ID"),
        rank=int(variables["SKYPILOT_NODE_RANK"]),
        nodes=int(variables["SKYPILOT_NUM_NODES"]),
        head=variables.get("VITPOSE_HEAD") or variables["SKYPILOT_NODE_IPS"].split()[0],
        processes=_processes(variables, "SKYPILOT_NUM_GPUS_PER_NODE"),
    )


def _slurm(variables: Variables) -> Placement:
    if variables.get("SLURM_LOCALID", "0") != "0":
        raise ConfigurationError(
            "Slurm: several tasks on one node. One does for all its GPUs: --ntasks-per-node=1"
        )
    nodes = int(variables["SLURM_NNODES"])
    # Its list of hosts is in a notation of its own: the batch file asks scontrol.
    head = variables["VITPOSE_HEAD"] if nodes > 1 else "localhost"
    return Placement(
        engine="Slurm",
        job=_job(variables, "SLURM_JOB_ID", "SLURM_RESTART_COUNT"),
        rank=int(variables["SLURM_NODEID"]),
        nodes=nodes,
        head=head,
        processes=_processes(variables, "SLURM_GPUS_ON_NODE"),
    )


def _aws_batch(variables: Variables) -> Placement:
    rank = int(variables["AWS_BATCH_JOB_NODE_INDEX"])
    main = int(variables["AWS_BATCH_JOB_MAIN_NODE_INDEX"])
    nodes = int(variables["AWS_BATCH_JOB_NUM_NODES"])
    head = variables.get("VITPOSE_HEAD")
    if head is None and rank == main:
        head = outward_address()  # Batch tells it to the others only
    return Placement(
        engine="AWS Batch",
        job=_job(variables, "AWS_BATCH_JOB_ID", "AWS_BATCH_JOB_ATTEMPT"),
        rank=(rank - main) % nodes,
        nodes=nodes,
        head=head or variables["AWS_BATCH_JOB_MAIN_NODE_PRIVATE_IPV4_ADDRESS"],
        processes=_processes(variables),
    )


def _alone(variables: Variables) -> Placement:
    return Placement("nobody", "", 0, 1, "localhost", _processes(variables))


_ENGINES: Mapping[str, Callable[[Variables], Placement]] = {
    "SKYPILOT_NODE_RANK": _skypilot,
    "SLURM_NODEID": _slurm,
    "AWS_BATCH_JOB_NODE_INDEX": _aws_batch,
}


def _job(variables: Variables, *names: str) -> str:
    # Batch tells each node's number behind a #.
    parts = (variables.get(name, "0").partition("#")[0] for name in names)
    return "-".join(re.sub(r"\W", "_", part) for part in parts)


def _processes(variables: Variables, told: str = "") -> int | None:
    """One a GPU; a node without one has as many as the configuration says."""
    stated = variables.get("VITPOSE_PROCESSES") or variables.get(told)
    return int(stated) or None if stated else None
