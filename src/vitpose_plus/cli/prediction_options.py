"""The options of `vitpose predict`, and what they ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vitpose_plus.cli.options import Command

if TYPE_CHECKING:
    from vitpose_plus.prediction.choice import BoxChoice
    from vitpose_plus.prediction.destination import Destination

BEST = "data/sample/models/vitpose_plus/best"
"""Where `kedro run --pipeline=train_vitpose_plus` leaves its model."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the options say, by their names."""

    model: str
    task: str | None
    boxes: Path | None
    detector: str | None
    whole: bool
    labels: str | None
    box_threshold: float
    out: Path
    force: bool
    draw: bool
    threshold: float
    as_stored: bool
    flip: bool
    batch_size: int
    device: str | None

    @staticmethod
    def taken_from(options: Mapping[str, Any]) -> "tuple[Asked, dict[str, Any]]":
        """Those of all a command's options, and the others."""
        own = {field.name for field in fields(Asked)}
        others = {name: value for name, value in options.items() if name not in own}
        return Asked(**{name: options[name] for name in own}), others

    def choice(self) -> "BoxChoice":
        """Where the boxes are to come from."""
        from vitpose_plus.prediction.choice import BoxChoice

        return BoxChoice(
            file=self.boxes,
            detector=self.detector,
            whole=self.whole,
            labels=tuple(map(str.strip, self.labels.split(","))) if self.labels else (),
            min_score=self.box_threshold,
        )

    def destination(self, *, draw_boxes: bool = True) -> "Destination":
        """Where the results are to go."""
        from vitpose_plus.prediction.destination import Destination

        return Destination(
            self.out, draw=self.draw, threshold=self.threshold, draw_boxes=draw_boxes
        )


_SHARE = click.FloatRange(0, 1)
_OPTIONS = (
    click.option(
        "--model",
        metavar="SRC",
        envvar="VITPOSE_MODEL",
        default=BEST,
        show_default=True,
        help="A folder or file of any known format, or models:/NAME@ALIAS; also VITPOSE_MODEL.",
    ),
    click.option(
        "--task", metavar="NAME", help="Whose keypoints to find; else the model's first task's."
    ),
    click.option(
        "--boxes",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Boxes of the pictures: COCO's detections (JSON), or a CSV with the columns "
        "file_name,x,y,width,height and, if known, score.",
    ),
    click.option(
        "--detector",
        metavar="PATH",
        help="A detector of transformers': its folder, or its name in the Hugging Face cache.",
    ),
    click.option("--whole", is_flag=True, help="Each picture is one box: look for no detector."),
    click.option(
        "--labels",
        metavar="NAMES",
        help="What the detector is to find, separated by commas; else told by the task.",
    ),
    click.option(
        "--box-threshold",
        type=_SHARE,
        default=0.5,
        show_default=True,
        help="The least score of a detector's box.",
    ),
    click.option(
        "--out",
        metavar="OUT",
        type=click.Path(path_type=Path),
        default="poses",
        show_default=True,
        help="The folder to write.",
    ),
    click.option("--force", is_flag=True, help="Write into OUT though it is not empty."),
    click.option("--draw/--no-draw", default=True, help="Whether to write drawn pictures."),
    click.option(
        "--threshold",
        type=_SHARE,
        default=0.3,
        show_default=True,
        help="The least score of a pose, and of a keypoint, to draw; the results hold all of them.",
    ),
    click.option(
        "--as-stored",
        is_flag=True,
        help="Do not turn pictures by their EXIF orientation: boxes are of the stored pixels.",
    ),
    click.option(
        "--flip/--no-flip",
        default=True,
        help="Whether to average with the mirrored picture: better, and half as fast.",
    ),
    click.option(
        "--batch-size",
        type=click.IntRange(min=1),
        default=16,
        show_default=True,
        help="How many poses are found at once, and how many pictures or frames are held.",
    ),
    click.option(
        "--device", metavar="NAME", help="cpu, cuda, cuda:1; else a GPU, if there is one."
    ),
)


def prediction_options(command: Command) -> Command:
    """Give a command the options that `Asked` is made of."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
