"""The model that a training begins with."""

import logging

from vitpose_plus.checkpoints import load_backbone, load_model
from vitpose_plus.checkpoints.differences import differences
from vitpose_plus.errors import CheckpointError
from vitpose_plus.models import ViTPose, ViTPoseConfig
from vitpose_plus.training.config import Start, Training
from vitpose_plus.training.freezing import freeze

log = logging.getLogger(__name__)


def first_model(config: ViTPoseConfig, training: Training) -> ViTPose:
    """A new model with the weights it starts from and the parts that will not learn.

    Raises:
        CheckpointError: the weights do not fit the model.
        ValueError: more blocks are to be frozen than there are.
    """
    model = ViTPose(config)
    if training.start is not None:
        _take(model, training.start)
    freeze(model, training.freeze)
    model.backbone.checkpointing = training.activation_checkpointing
    return model


def _take(model: ViTPose, start: Start) -> None:
    load_backbone(model, start.weights, heads=start.heads, task=start.task)
    if start.decoders:
        source = load_model(start.weights, heads=start.heads, tasks=start.tasks)
        _take_decoders(model, source)


def _take_decoders(model: ViTPose, source: ViTPose) -> None:
    """By the tasks' names.

    Raises:
        CheckpointError: no task is common, or a decoder is of another kind.
    """
    theirs = {t.name: head for t, head in zip(source.config.tasks, source.heads, strict=True)}
    ours = {t.name: head for t, head in zip(model.config.tasks, model.heads, strict=True)}
    if not theirs.keys() & ours.keys():
        raise CheckpointError(
            f"training.start.decoders: the weights have those of {', '.join(theirs)}, the model "
            f"of {', '.join(ours)}: leave decoders out, or say whose they are in start.tasks"
        )
    for name, head in ours.items():
        if name not in theirs:
            log.warning("decoder of %s begins anew: the weights have none", name)
            continue
        weights = theirs[name].state_dict()
        if different := differences(weights, head.state_dict()):
            raise CheckpointError(f"training.start.decoders: {name}'s is another: {different}")
        head.load_state_dict(weights)
        log.info("decoder of %s taken", name)
