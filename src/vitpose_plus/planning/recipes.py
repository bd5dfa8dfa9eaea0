"""The recipes of conf/full as a plan needs them: what holds where nothing else is said."""

from dataclasses import dataclass, replace

from vitpose_plus.engine.config import Strategy
from vitpose_plus.models import SizeName
from vitpose_plus.planning.work import Kind

SIX = ("coco", "aic", "mpii", "ap10k", "apt36k", "coco_wholebody")
SHARDED: frozenset[SizeName] = frozenset({"h", "g"})  # no recipe has g: it is larger than h


@dataclass(frozen=True)
class Usual:
    """A published recipe's figures; tests compare each with what Kedro reads.

    Attributes:
        tasks: its data sets.
        size: of the network that learns.
        teacher: of the frozen one; None unless distilled.
        epochs: passes over all samples.
        batch_size: samples a step, of all processes.
        accumulate: parts of a step.
        validate_every: epochs between two scorings.
        processes: GPUs of a machine.
        strategy: ddp or fsdp.
        recompute: whether blocks are computed twice.
    """

    tasks: tuple[str, ...]
    size: SizeName
    epochs: int
    batch_size: int
    validate_every: int
    teacher: SizeName | None = None
    accumulate: int = 1
    processes: int = 8
    strategy: Strategy = "ddp"
    recompute: bool = False


_SIX_SETS = Usual(SIX, "b", epochs=210, batch_size=1024, validate_every=10)  # conf/full
_ONE_SET = replace(_SIX_SETS, tasks=("coco",), batch_size=512)  # conf/full_coco
_STUDENT = replace(_SIX_SETS, size="s", teacher="b")
_MASKED = Usual(("coco", "aic"), "b", epochs=1600, batch_size=4096, validate_every=20, accumulate=2)


def usual(kind: Kind, size: SizeName | None = None, sets: int | None = None) -> Usual:
    """The recipe for this kind of training.

    Args:
        kind: what is trained.
        size: of what learns; None: the recipe's own.
        sets: how many data sets; None: the recipe's own.
    """
    if kind == "pretrain":
        return replace(_MASKED, size=size or _MASKED.size)
    several = _STUDENT if kind == "distill" else _SIX_SETS
    found = _ONE_SET if kind == "train" and sets == 1 else several
    found = replace(found, size=size or found.size)
    return replace(found, strategy="fsdp", recompute=True) if found.size in SHARDED else found
