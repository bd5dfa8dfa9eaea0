"""Film a stage: a picture, or the frames of a clip."""

import numpy as np

from vitpose_plus.datasets.sample.animal import Animal
from vitpose_plus.datasets.sample.scene import Scene, shoot
from vitpose_plus.datasets.sample.stage import Plan, Stage, set_stage

TRIES = 20


def film(rng: np.random.Generator, plan: Plan, frames: int) -> list[Scene]:
    """One scene a frame. A stage on which too few can be seen well is set anew."""
    for _ in range(TRIES):
        stage = set_stage(rng, plan)
        if frames > 1:
            _set_moving(stage)
        scenes = [shoot(stage, frame) for frame in range(frames)]
        if all(_clear(scene) >= plan.clear for scene in scenes):
            break
    return scenes


def _clear(scene: Scene) -> int:
    return sum(instance.clear for instance in scene.instances)


def _set_moving(stage: Stage) -> None:
    """Animals of a clip go where they face, as fast as their gait is."""
    for actor in stage.actors:
        if not isinstance(actor.subject, Animal):
            continue
        gait = actor.subject.gait
        speed = 0.1 * actor.view.scale * gait.speed * gait.swing
        ahead = actor.view.rotation[:, 2]
        actor.drift = (float(speed * ahead[0]), float(-speed * ahead[1] * 0.5))
