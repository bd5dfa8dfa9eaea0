"""The whole configuration as closed dataclasses. A node gets the part that it needs."""

from dataclasses import replace
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from pipelines.evaluation_parameters import Comparison, Evaluation
from vitpose_plus.datasets.crop_store.config import Crops
from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.source import DatasetName, DatasetSource
from vitpose_plus.distillation.config import Distillation
from vitpose_plus.geometry.input_size import InputSize
from vitpose_plus.leaks.settings import Leaks
from vitpose_plus.models.config import FFN, AttentionPattern, Decoder, check_windows
from vitpose_plus.models.sizes import SIZES, SizeName
from vitpose_plus.pretraining.config import Pretraining
from vitpose_plus.settings import settings
from vitpose_plus.storage.origin import Origin
from vitpose_plus.storage.settings import S3Access, UnpackLimits
from vitpose_plus.training.config import Training

TRAIN_SPLIT = "train"


@settings
class Data:
    """The data sets and where what is made of them goes.

    Attributes:
        tables: folder with one folder of tables a data set.
        pages: folder with one page a data set, to look at.
        leaks: what happens to training pictures that look like held-out ones.
        leak_report: folder of the pairs that were found.
        crops: where people cut out for training go; None: pictures are read whole each epoch.
        archives: a folder or `s3://bucket/prefix` that the origins' relative addresses start
            from; None: those are not looked at, all lies unpacked.
        downloads: folder for what is on its way from there.
        s3: how S3 is reached.
        unpack: what an archive may hold.
        datasets: where each lies and how it is laid out.
        only: the one data set that `ingest` is to look at; None: all.
        raw: folder that the sample is drawn into.
        sample: what to draw; None where real archives are read.
    """

    tables: Path
    pages: Path
    leak_report: Path
    downloads: Path
    archives: str | None = None
    datasets: dict[DatasetName, DatasetSource] = Field(min_length=1)
    leaks: Leaks = Leaks()
    crops: Crops | None = None
    s3: S3Access = S3Access()
    unpack: UnpackLimits = UnpackLimits()
    only: DatasetName | None = None
    raw: Path | None = None
    sample: SampleConfig | None = None

    @property
    def chosen(self) -> tuple[DatasetName, ...]:
        """Names of the data sets that `ingest` is to look at."""
        return tuple(self.datasets) if self.only is None else (self.only,)

    def origins(self, name: DatasetName) -> tuple[Origin, ...]:
        """A data set's origins with whole addresses."""
        found = (self.whole(origin) for origin in self.datasets[name].origins)
        return tuple(origin for origin in found if origin is not None)

    def whole(self, origin: Origin) -> Origin | None:
        """The origin with its whole address; None: it starts from archives that are not named."""
        if origin.s3 is not None or Path(origin.address).is_absolute():
            return origin
        if self.archives is None:
            return None
        return replace(origin, address=f"{self.archives.rstrip('/')}/{origin.address}")

    @model_validator(mode="after")
    def _check(self) -> "Data":
        if self.only is not None and self.only not in self.datasets:
            raise ValueError(f"only: no data set {self.only}, only {', '.join(self.datasets)}")
        unknown = sorted({*self.leaks.skip, *self.leaks.protect} - self.datasets.keys())
        if unknown:
            raise ValueError(
                f"leaks: no data set {', '.join(unknown)}, only {', '.join(self.datasets)}"
            )
        if self.sample is not None and self.raw is None:
            raise ValueError("a sample needs raw, the folder that it is drawn into")
        return self


@settings
class Model:
    """The network; see `vitpose_plus.models.ViTPoseConfig` for what the names mean."""

    size: SizeName
    input_size: InputSize
    ratio: Literal[1, 2] = 1
    attention: AttentionPattern = AttentionPattern()
    decoder: Decoder = "classic"
    drop_path: float = Field(default=0.0, ge=0.0, lt=1.0)
    sigma: float = Field(default=2.0, gt=0)

    @model_validator(mode="after")
    def _check(self) -> "Model":
        check_windows(self.attention, self.input_size, self.ratio)
        return self


@settings
class Experiment:
    """What a training pipeline trains on and where its results go.

    Attributes:
        tasks: names of data sets, in the order of their experts.
        ffn: plain, or which of ViTPose+'s task experts.
        models: folder for the trained models.
        reports: folder for metrics and galleries.
    """

    tasks: tuple[str, ...] = Field(min_length=1)
    ffn: FFN
    models: Path
    reports: Path


@settings
class MaskedExperiment:
    """What a masked auto-encoder learns from and where it goes.

    Attributes:
        tasks: names of data sets.
        models: folder for the weights.
    """

    tasks: tuple[str, ...] = Field(min_length=1)
    models: Path


@settings
class Promotion:
    """From an evaluated model to a champion, see docs/registry.md.

    Attributes:
        registered_model: its name in MLflow's registry.
        policy: what a model must show to become champion.
        card: the model card's template.
    """

    registered_model: str = Field(min_length=1, pattern=r"^[\w\- ]+$")
    policy: Path = Path("mlflow/promotion.yml")
    card: Path = Path("mlflow/model_card.md")


@settings
class Parameters:
    """Everything under conf/*/parameters*.yml.

    Attributes:
        seed: of weights, order and augmentation.
        data: the data sets.
        model: the network.
        training: the recipe.
        evaluation: the scoring.
        comparison: of two scored models.
        promotion: of an evaluated model to champion.
        vitpose_plus: the multi-task experiment.
        vitpose: the single-task experiment.
        pretraining: the recipe of the masked auto-encoder around the network's encoder.
        mae: what it learns from.
        student: the network that learns from a teacher.
        student_training: the student's recipe.
        distillation: the teacher, and what is taken from it.
        distilled: the student's experiment.
    """

    seed: int = Field(ge=0)
    data: Data
    model: Model
    training: Training
    evaluation: Evaluation
    comparison: Comparison
    promotion: Promotion
    vitpose_plus: Experiment
    vitpose: Experiment
    pretraining: Pretraining
    mae: MaskedExperiment
    student: Model
    student_training: Training
    distillation: Distillation
    distilled: Experiment

    @model_validator(mode="after")
    def _check(self) -> "Parameters":
        for name in ("vitpose_plus", "vitpose", "mae", "distilled"):
            self._check_tasks(name, getattr(self, name).tasks)
        if unknown := sorted(self.evaluation.detections.keys() - self.data.datasets.keys()):
            raise ValueError(
                f"evaluation.detections: {', '.join(unknown)} not under data.datasets, "
                f"which has {', '.join(self.data.datasets)}"
            )
        self._check_depth("training", self.training, self.model)
        self._check_depth("student_training", self.student_training, self.student)
        if len(self.vitpose.tasks) != 1 or self.vitpose.ffn != "plain":
            raise ValueError("vitpose: a ViTPose has exactly one task, and ffn: plain")
        return self

    def _check_depth(self, name: str, training: Training, model: Model) -> None:
        depth = SIZES[model.size].depth
        if training.freeze.blocks > depth:
            raise ValueError(
                f"{name}.freeze.blocks: {training.freeze.blocks}, but size {model.size} has "
                f"{depth} blocks"
            )

    def _check_tasks(self, name: str, tasks: tuple[str, ...]) -> None:
        if len(set(tasks)) != len(tasks):
            raise ValueError(f"{name}.tasks: a task stands twice")
        if unknown := [task for task in tasks if task not in self.data.datasets]:
            raise ValueError(
                f"{name}.tasks: {', '.join(unknown)} not under data.datasets, "
                f"which has {', '.join(self.data.datasets)}"
            )
        for task in tasks:
            self._check_splits(task)

    def _check_splits(self, task: str) -> None:
        splits = self.data.datasets[task].splits
        # A model that is named is scored on the sets that have the split: few have a test split.
        held_out = [self.evaluation.split] if self.evaluation.model is None else []
        for split in (TRAIN_SPLIT, *held_out):
            if split not in splits:
                raise ValueError(f"data.datasets.{task}.splits: {split} is missing")
