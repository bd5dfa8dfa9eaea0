import pytest
from pydantic import TypeAdapter

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.errors import ConfigurationError, CropStoreError
from vitpose_plus.geometry import Augmentation
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS
from vitpose_plus.training.config import Sampling, Training
from vitpose_plus.training.job import PoseJob, TrainingSplit, open_split, open_store

SIZE = (64, 48)


@pytest.fixture
def tables(ingested):
    return ingested("coco")


def test_a_job_survives_a_file(tmp_path):
    task = Task(name="coco", skeleton=SKELETONS["coco"])
    job = PoseJob(
        model=ViTPoseConfig(size="tiny", input_size=SIZE, ffn="plain", tasks=(task,)),
        training=Training(sampling=Sampling(kind="temperature")),
        train=(TrainingSplit(tables=tmp_path, split="train", excluded=("1.jpg",)),),
        held_out=(TrainingSplit(tables=tmp_path, split="val"),),
        folder=tmp_path / "models",
    )
    kind = TypeAdapter(PoseJob)
    assert kind.validate_json(kind.dump_json(job)) == job


def test_a_split_comes_without_its_excluded_pictures(tables):
    address = TrainingSplit(tables=tables, split="train", excluded=("0.jpg", "4.jpg"))
    split = open_split(address)
    assert split.table.column("file_name").tolist() == ["1.jpg", "2.jpg", "3.jpg", "5.jpg"]
    assert split.pictures_sha256 == "seen"


def test_nothing_left_to_train_on_is_refused(tables):
    everything = tuple(f"{i}.jpg" for i in range(6))
    with pytest.raises(ConfigurationError, match="coco train: all its pictures are excluded"):
        open_split(TrainingSplit(tables=tables, split="train", excluded=everything))


def test_a_crop_store_is_opened_if_it_fits_the_rows_that_are_left(tables, tmp_path):
    excluded, crops = ("2.jpg",), tmp_path / "crops"
    with_crops = TrainingSplit(tables=tables, split="train", excluded=excluded, crops=crops)
    build_crops(open_split(with_crops), crops, Augmentation(), SIZE, progress=False)
    store = open_store(with_crops, Augmentation(), SIZE)
    assert store is not None
    assert len(store) == 5
    with pytest.raises(CropStoreError, match="another annotation table"):
        open_store(TrainingSplit(tables=tables, split="train", crops=crops), Augmentation(), SIZE)
    without = TrainingSplit(tables=tables, split="train", excluded=excluded)
    assert open_store(without, Augmentation(), SIZE) is None
