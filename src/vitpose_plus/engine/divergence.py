"""A loss that is no number: what people need to find out why."""

import math
from pathlib import Path
from typing import Any, NoReturn

from vitpose_plus.engine.learner import Gradients
from vitpose_plus.engine.objective import Objective
from vitpose_plus.engine.world import World
from vitpose_plus.errors import DivergenceError
from vitpose_plus.replacement import replacing_file

SHOWN = 10


def refuse(
    objective: Objective, gradients: Gradients, step: int, folder: Path, world: World
) -> NoReturn:
    """End the run; every process calls this.

    Args:
        objective: knows the records' names.
        gradients: the step's, on this process.
        step: counted from 0.
        folder: gets `diverged.txt` with the names of all records.
        world: this process among all.

    Raises:
        DivergenceError: always.
    """
    loss = float(gradients.loss)
    everyone = world.gather((loss, _names(objective, gradients.batches)))
    # The gradients are everyone's; a loss tells whose samples are at fault.
    culprits = [each for each in everyone if not math.isfinite(each[0])] or everyone
    names = [name for _, own in culprits for name in own]
    path = folder / "diverged.txt"
    if world.main:
        with replacing_file(path) as part:
            part.write_text("\n".join(names) + "\n")
    shown = "\n".join(f"  {name}" for name in names[:SHOWN])
    more = f"\n  and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    raise DivergenceError(
        f"step {step}: the loss is {culprits[0][0]:g} and the gradient's norm "
        f"{float(gradients.norm):g}, so the weights were left as they were. The batch (all of it "
        f"in {path}):\n{shown}{more}\nLook at these records; if nothing is wrong with them, lower "
        "optimisation.learning_rate or take precision: 32-true. Another configuration begins anew; "
        "the same one goes on from its newest checkpoint."
    )


def _names(objective: Objective, batches: list[Any]) -> list[str]:
    return [name for batch in batches for name in objective.record_names(batch)]
