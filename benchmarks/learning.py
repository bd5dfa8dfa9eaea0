"""What each idea gains on the drawn sample: MAE, task experts, knowledge tokens; several seeds.

    kedro run --pipeline=cut_crops    # once, after kedro run --pipeline=ingest
    OMP_NUM_THREADS=1 python benchmarks/learning.py run /tmp/learning --seeds 0 1 2 --arms mae
    python benchmarks/learning.py table /tmp/learning

Every arm is the recipe of conf/sample at equal epochs; what differs is in `ARMS`. The figure is the
mean over the six tasks of each set's main figure on held-out pictures after the LAST epoch, so
nothing is chosen on what is scored. A stopped run goes on where it was; finished arms are kept.
"""

import argparse
import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from kedro.config import OmegaConfigLoader

from pipelines.configuration import check_parameters, read_parameters
from pipelines.network import network
from pipelines.parameters import Parameters
from pipelines.settings import CONFIG_LOADER_ARGS
from pipelines.splits import held_out_splits, training_splits
from vitpose_plus.distillation.config import DistillationLoss
from vitpose_plus.distillation.fit_student import fit_student
from vitpose_plus.distillation.fit_token import fit_token
from vitpose_plus.distillation.job import StudentJob, TokenJob
from vitpose_plus.distillation.token import KnowledgeToken, load_token, save_token
from vitpose_plus.engine.history import HISTORY, Figures, read_history
from vitpose_plus.engine.world import World
from vitpose_plus.models.config import FFN
from vitpose_plus.pretraining.job import PretrainingJob
from vitpose_plus.pretraining.pretrain import pretrain
from vitpose_plus.training.config import Start
from vitpose_plus.training.fit import train_poses
from vitpose_plus.training.job import PoseJob

ROOT = Path(__file__).resolve().parents[1]
TEACHER_SEED = 100


@dataclass(frozen=True)
class Arm:
    """What differs from the main job.

    Attributes:
        ffn: of the network.
        start: whether it begins with the auto-encoder's weights.
        loss: what is taken from the teacher; None: it is not asked.
        tuned: whether the knowledge token was learned on the teacher, or is random: a control.
        alone: each data set has a model of its own: whether sharing one helps or harms at all.
    """

    ffn: FFN = "partially_shared"
    start: bool = False
    loss: DistillationLoss | None = None
    tuned: bool = True
    alone: bool = False


ARMS = {
    "random": Arm(),
    "mae": Arm(start=True),
    "plain": Arm(ffn="plain"),
    "mae_plain": Arm(ffn="plain", start=True),
    "alone": Arm(ffn="plain", alone=True),
    "output": Arm(loss="output"),
    "token": Arm(loss="token"),
    "token_output": Arm(loss="token_output"),
    "random_token": Arm(loss="token", tuned=False),
    "random_token_output": Arm(loss="token_output", tuned=False),
}


@dataclass(frozen=True)
class Study:
    """Where and how long.

    Attributes:
        parameters: conf/sample.
        folder: of all arms.
        epochs: of every arm.
    """

    parameters: Parameters
    folder: Path
    epochs: int

    def job(
        self, arm: Arm, seed: int, folder: Path, epochs: int, tasks: tuple[str, ...] = ()
    ) -> PoseJob:
        """One training of the main job's kind, on all its tasks or these."""
        p = self.parameters
        tasks = tasks or p.vitpose_plus.tasks
        start = Start(weights=self.mae()) if arm.start else None
        return PoseJob(
            model=network(p.model, arm.ffn, p.data, tasks),
            training=replace(
                p.training, epochs=epochs, validate_every=epochs, panels=0, start=start
            ),
            train=training_splits(p.data, tasks, crops=True),
            held_out=held_out_splits(p.data, tasks, p.evaluation.split),
            folder=folder,
            seed=seed,
        )

    def mae(self) -> Path:
        """Weights of the sample's auto-encoder, made the first time."""
        folder = self.folder / "mae_weights"
        if not (folder / "last").exists():
            p = self.parameters
            pretrain(
                PretrainingJob(
                    model=p.pretraining.model(p.model.size, p.model.input_size),
                    pretraining=p.pretraining,
                    train=training_splits(p.data, p.mae.tasks, crops=True),
                    held_out=held_out_splits(p.data, p.mae.tasks, p.evaluation.split),
                    folder=folder,
                    seed=p.seed,
                ),
                World(),
            )
        return folder / "last"

    def teacher(self) -> Path:
        """A model of the main job's own length, of a seed that no arm has."""
        folder = self.folder / "teacher"
        if not (folder / "last").exists():
            epochs = self.parameters.training.epochs
            train_poses(self.job(Arm(), TEACHER_SEED, folder, epochs), World())
        return folder / "last"

    def token(self, *, tuned: bool) -> Path:
        """The teacher's token, or one of the same size at random."""
        folder = self.folder / "teacher_token"
        student = self.job(Arm(), TEACHER_SEED, folder, 1)
        taught = replace(self.parameters.distillation, teacher=self.teacher())
        if not (folder / "best").exists():
            job = TokenJob(
                student=student.model,
                distillation=taught,
                train=student.train,
                held_out=student.held_out,
                folder=folder,
                seed=TEACHER_SEED,
            )
            print("token:", fit_token(job, World()).held_out, flush=True)
        if tuned:
            return folder / "best"
        untuned = self.folder / "random_token"
        if not untuned.exists():
            known = load_token(folder / "best")
            torch.manual_seed(TEACHER_SEED)
            size = known.values.std()
            save_token(KnowledgeToken(torch.randn_like(known.values) * size, known.record), untuned)
        return untuned

    def run(self, name: str, seed: int) -> None:
        """Train one arm once, unless that was done."""
        arm, folder = ARMS[name], self.folder / name / str(seed)
        if arm.alone:
            for task in self.parameters.vitpose_plus.tasks:
                job = self.job(arm, seed, folder / task, self.epochs, (task,))
                train_poses(job, World())
            return
        if (folder / "last").exists():
            return
        job = self.job(arm, seed, folder, self.epochs)
        if arm.loss is None:
            train_poses(job, World())
        else:
            with_token = "token" in arm.loss
            fit_student(
                StudentJob(
                    student=job.model,
                    training=job.training,
                    distillation=replace(
                        self.parameters.distillation, teacher=self.teacher(), loss=arm.loss
                    ),
                    token=self.token(tuned=arm.tuned) if with_token else None,
                    train=job.train,
                    held_out=job.held_out,
                    folder=folder,
                    seed=seed,
                ),
                World(),
            )
        print(name, seed, json.dumps(last_figures(folder)), flush=True)


def last_figures(folder: Path) -> dict[str, float]:
    """Held-out figures after the last epoch; of models that stand alone, together."""
    if not (folder / HISTORY).exists():
        each = [last_figures(one) for one in sorted(folder.iterdir())]
        found = {name: value for one in each for name, value in one.items()}
        return found | {"score": statistics.mean(one["score"] for one in each)}
    lines = [line.metrics for line in read_history(folder / HISTORY) if isinstance(line, Figures)]
    return [metrics for metrics in lines if "score" in metrics][-1]


def _complete(folder: Path) -> bool:
    begun = list(folder.rglob(HISTORY))
    return bool(begun) and all(history.with_name("last").exists() for history in begun)


def print_table(folder: Path) -> None:
    """Every arm's figures: mean and spread over its seeds, and seed by seed against `random`."""
    found = {
        name: {
            int(run.name): last_figures(run)
            for run in sorted((folder / name).glob("*"))
            if _complete(run)
        }
        for name in ARMS
    }
    for name, runs in found.items():
        if runs:
            print(f"{name:20s} {_row(runs, found['random'])}")
    print()
    for name, runs in found.items():
        for figure in sorted(next(iter(runs.values()), {})):
            if figure != "score":
                values = [figures[figure] for figures in runs.values()]
                print(f"{name:20s} {figure:20s} {statistics.mean(values):.4f}")


def _row(runs: dict[int, dict[str, float]], random: dict[int, dict[str, float]]) -> str:
    scores = [figures["score"] for figures in runs.values()]
    gains = [
        figures["score"] - random[seed]["score"] for seed, figures in runs.items() if seed in random
    ]
    spread = statistics.stdev(scores) if len(scores) > 1 else 0.0
    each = " ".join(f"{score:.4f}" for score in scores)
    against = " ".join(f"{gain:+.4f}" for gain in gains)
    mean = statistics.mean(scores)
    return f"mean {mean:.4f}  sd {spread:.4f}  each {each}  against random {against}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Run arms, or print what they gave."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["run", "table"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--arms", nargs="+", choices=list(ARMS), default=list(ARMS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--epochs", type=int, default=8)
    given = parser.parse_args(arguments)
    if given.what == "table":
        print_table(given.folder)
        return
    loader = OmegaConfigLoader(str(ROOT / "conf"), env="sample", **CONFIG_LOADER_ARGS)
    study = Study(check_parameters(read_parameters(loader), []), given.folder, given.epochs)
    for seed in given.seeds:
        for name in given.arms:
            study.run(name, seed)


if __name__ == "__main__":
    main()
