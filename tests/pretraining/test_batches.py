import torch

from vitpose_plus.datasets.crop_store.build import build_crops
from vitpose_plus.datasets.crop_store.store import CropStore
from vitpose_plus.engine.world import World
from vitpose_plus.pretraining.batches import held_out_batches, held_out_views, training_batches
from vitpose_plus.pretraining.config import PersonAugmentation


def samples(loader, epoch=0):
    """Task, row, noise and picture of each sample, batch by batch."""
    loader.batch_sampler.begin(epoch)
    return [[tuple(map(tuple_of, view)) for view in zip(*batch, strict=True)] for batch in loader]


def tuple_of(values):
    return values.numpy().tobytes()


def test_two_processes_share_the_batches_of_one(make_split, small, auto_encoder):
    splits = [make_split("coco", 7), make_split("mpii", 4)]
    recipe = small(batch_size=4)
    alone = training_batches(auto_encoder, recipe, splits, 5, World())
    two = [training_batches(auto_encoder, recipe, splits, 5, World(rank, 2)) for rank in (0, 1)]
    for epoch in (0, 3):
        whole = samples(alone, epoch)
        parts = zip(*(samples(loader, epoch) for loader in two), strict=True)
        assert len(whole) == 3
        for one, (first, second) in zip(whole, parts, strict=True):
            assert sorted(one) == sorted(first + second)


def test_an_epoch_sees_everything_once_and_the_next_one_otherwise(make_split, small, auto_encoder):
    for view in ("instances", "pictures"):
        split = make_split({"instances": "coco", "pictures": "aic"}[view])
        loader = training_batches(auto_encoder, small(view=view), [split], 0, World())
        first, second = samples(loader, 0)[0], samples(loader, 1)[0]
        assert len({row for *_, row in first}) == 6
        assert not {noise for _, noise, *_ in first} & {noise for _, noise, *_ in second}
        assert not {seen for seen, *_ in first} & {seen for seen, *_ in second}


def test_instances_come_from_crop_stores_where_there_are_some(
    make_split, small, auto_encoder, tmp_path
):
    split, recipe = make_split("coco"), small()
    build_crops(split, tmp_path / "crops", recipe.augmentation, auto_encoder.input_size)
    store = CropStore(tmp_path / "crops")
    from_pictures = next(iter(training_batches(auto_encoder, recipe, [split], 0, World())))
    (split.images / "0.jpg").unlink()
    loader = training_batches(auto_encoder, recipe, [split], 0, World(), [store])
    from_store = next(iter(loader))
    assert torch.equal(from_store.noise, from_pictures.noise)
    # Noise pictures, coded as JPEG once more.
    away = (from_store.picture.float() - from_pictures.picture.float()).abs().mean()
    assert away < 20


def test_a_pose_trainings_crops_have_room_for_this_augmentation(make_split, tmp_path):
    from vitpose_plus.datasets.crop_store.store import why_stale
    from vitpose_plus.geometry import Augmentation

    split = make_split("coco")
    build_crops(split, tmp_path / "crops", Augmentation(), (64, 48))
    assert why_stale(split, tmp_path / "crops", PersonAugmentation(), (64, 48)) is None


def test_held_out_views_stand_still_and_every_process_gets_as_many(make_split, small, auto_encoder):
    recipe = small(batch_size=4)
    views = held_out_views(auto_encoder, recipe, [make_split("coco", 7)], seed=1)
    loader = held_out_batches(views, recipe, World())
    first, again = ([batch.noise for batch in loader] for _ in range(2))
    assert all(torch.equal(*pair) for pair in zip(first, again, strict=True))
    shares = [list(held_out_batches(views, recipe, World(rank, 2))) for rank in (0, 1)]
    assert [len(share) for share in shares] == [2, 2]
    rows = [torch.cat([batch.row for batch in share]).tolist() for share in shares]
    assert rows == [[0, 2, 4, 6], [1, 3, 5, 0]]
