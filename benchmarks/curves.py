r"""Curves of several trainings in one picture, from their histories.

    python benchmarks/curves.py docs/images/lspet_curves.png \
        "from scratch=data/lspet/models/random" "from MAE=data/lspet/models/from_mae" \
        --figures loss_lspet_epoch PCK_0.2_lspet

A panel a figure of the history; the epochs of all trainings on one axis.
"""

import argparse
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from vitpose_plus.engine.history import HISTORY, Figures, read_history

COLOURS = ("#8a8f98", "#2b6cd4", "#d4722b", "#3a9d5d")


def curve(folder: Path, figure: str) -> tuple[list[int], list[float]]:
    """Epochs, counted from 1, and the figure after each that has it."""
    lines = [line for line in read_history(folder / HISTORY) if isinstance(line, Figures)]
    found = {line.epoch + 1: line.metrics[figure] for line in lines if figure in line.metrics}
    return list(found), list(found.values())


def main() -> None:
    """Draw what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("picture", type=Path)
    parser.add_argument("trainings", nargs="+", metavar="NAME=FOLDER")
    parser.add_argument("--figures", nargs="+", required=True)
    given = parser.parse_args()
    width = 4.2 * len(given.figures)
    picture, panels = plt.subplots(1, len(given.figures), figsize=(width, 3), squeeze=False)
    for panel, figure in zip(panels[0], given.figures, strict=True):
        for training, colour in zip(given.trainings, COLOURS, strict=False):
            name, _, folder = training.partition("=")
            epochs, values = curve(Path(folder), figure)
            dots = "o" if len(values) < 25 else ""
            panel.plot(epochs, values, label=name, color=colour, marker=dots, markersize=4)
        panel.set_title(figure, fontsize=10)
        panel.set_xlabel("epoch", fontsize=9)
        panel.tick_params(labelsize=8)
        panel.grid(alpha=0.25)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0][0].legend(frameon=False, fontsize=9)
    picture.tight_layout()
    picture.savefig(given.picture, dpi=130)


if __name__ == "__main__":
    main()
