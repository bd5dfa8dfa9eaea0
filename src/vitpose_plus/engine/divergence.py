"""A loss that is no number: what people need to find out why."""

from pathlib import Path
from typing import Any

from vitpose_plus.engine.learner import Gradients
from vitpose_plus.engine.objective import Objective
from vitpose_plus.engine.world import World
from vitpose_plus.errors import DivergenceError
from vitpose_plus.replacement import replacing_file

SHOWN = 10


def refuse(
    objective: Objective, gradients: Gradients, here: bool, step: int, folder: Path, world: World
) -> None:
    """End the run; every process calls this.

    Args:
        objective: knows the records' names.
        gradients: the step's.
        here: whether this process's share is at fault.
        step: counted from 0.
        folder: gets `diverged.txt` with the names of all records.
        world: this process among all.

    Raises:
        DivergenceError: always.
    """
    mine = _names(objective, gradients.batches) if here else []
    names = [name for each in world.gather(mine) for name in each]
    path = folder / "diverged.txt"
    if world.main:
        with replacing_file(path) as part:
            part.write_text("\n".join(names) + "\n")
    shown = "\n".join(f"  {name}" for name in names[:SHOWN])
    more = f"\n  and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise DivergenceError(
        f"step {step}: the loss is {float(gradients.loss):g} and the gradient's norm "
        f"{float(gradients.norm):g}, so the weights were left as they were. The batch (all of it "
        f"in {path}):\n{shown}{more}\nLook at these records; if nothing is wrong with them, lower "
        "training.optimisation.learning_rate or take training.precision: 32-true. The same "
        "command goes on from the newest checkpoint only with the same configuration."
    )


def _names(objective: Objective, batches: list[Any]) -> list[str]:
    return [name for batch in batches for name in objective.record_names(batch)]
