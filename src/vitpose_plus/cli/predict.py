"""`vitpose predict`."""

import logging
from typing import TYPE_CHECKING, Any

import click

from vitpose_plus.cli.options import check_task, hints
from vitpose_plus.cli.prediction_options import Asked, prediction_options

if TYPE_CHECKING:
    from vitpose_plus.models import ViTPose
    from vitpose_plus.prediction.run import Run
    from vitpose_plus.prediction.sources import Sources

log = logging.getLogger(__name__)


@click.command()
@click.argument("images", metavar="IMAGE...", nargs=-1, required=True)
@prediction_options
@hints
def predict(images: tuple[str, ...], **options: Any) -> None:
    """Find poses in pictures and videos.

    IMAGE is a file, a folder (looked into at any depth) or a pattern such as 'walk/*.jpg'. OUT
    gets predictions.json (COCO's results), pictures.json (which picture is which), and every
    picture and video with its poses drawn. Without --boxes, --detector or --whole, an RT-DETR
    that lies in the Hugging Face cache finds the boxes; if none does, each picture is one box.
    """
    from vitpose_plus.prediction.predict import predict as predict_all
    from vitpose_plus.prediction.sources import find_sources

    asked, hints = Asked.taken_from(options)
    sources = find_sources(images, without=asked.out)
    asked.destination().check(sources, force=asked.force)
    if sources.passed_over:
        log.info("%d files that are no pictures or videos passed over", sources.passed_over)
    run = _run(asked, _model(asked, hints), sources)
    predict_all(run, sources)
    _report(run, sources)


def _model(asked: Asked, hints: dict[str, Any]) -> "ViTPose":
    """One task's model, where it is to work."""
    from vitpose_plus.checkpoints import load_model
    from vitpose_plus.prediction.model_address import local_model

    with local_model(asked.model) as path:
        log.info("reading %s", asked.model)
        model = load_model(path, **hints)
    check_task(model.config, asked.task)
    names = [task.name for task in model.config.tasks]
    if asked.task is None and len(names) > 1:
        log.info("task %s, the first of the model's %s", names[0], ", ".join(names))
    return model.for_task(asked.task or names[0]).eval().to(_device(asked.device))


def _run(asked: Asked, model: "ViTPose", sources: "Sources") -> "Run":
    from vitpose_plus.prediction.boxes import WholePictures
    from vitpose_plus.prediction.choice import choose_boxes
    from vitpose_plus.prediction.pose_finder import PoseFinder
    from vitpose_plus.prediction.run import Run
    from vitpose_plus.prediction.subjects import subject_of

    subject = subject_of(model.config.tasks[0].skeleton)
    device = str(next(model.parameters()).device)
    boxes = choose_boxes(asked.choice(), subject, sources, device)
    finder = PoseFinder(model, boxes, flip=asked.flip, batch_size=asked.batch_size)
    destination = asked.destination(draw_boxes=not isinstance(boxes, WholePictures))
    return Run(finder, destination, as_stored=asked.as_stored)


def _device(named: str | None) -> str:
    """The one that is named, if it is there.

    Raises:
        BadParameter: it is not.
    """
    import torch

    if named is None:
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(1, device=named)
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise click.BadParameter(f"{named}: {reason}", param_hint="--device") from error
    return named


def _report(run: "Run", sources: "Sources") -> None:
    """What came of it, on stdout.

    Raises:
        ClickException: something could not be read or drawn.
    """
    every = len(sources.pictures) + len(sources.videos)
    pictures, videos = len(run.listing.images), len(run.listing.videos)
    done = f"{_count(pictures, 'picture')} and {_count(videos, 'video')}"
    click.echo(f"{run.destination.folder}: {_count(run.poses, 'pose')} in {done}")
    if run.turned:
        log.info("turned by their EXIF orientation: %s", _count(run.turned, "picture"))
    if run.empty:
        log.info("pictures or frames without any pose: %d", run.empty)
    if run.failed:
        names = ", ".join(map(str, run.failed[:5])) + (", ..." if run.failed[5:] else "")
        raise click.ClickException(f"{len(run.failed)} of {every} failed: {names}")


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
