import tracemalloc

import numpy as np
import pytest

from vitpose_plus.datasets.picture_hash import mirrored
from vitpose_plus.leaks import HashedPictures, Leak, Picture, find_leaks


def hashed(dataset: str, split: str, hashes: np.ndarray, folder) -> HashedPictures:
    names = np.array([f"{number}.jpg" for number in range(len(hashes))], object)
    return HashedPictures(dataset, split, folder, names, hashes)


def near_alike(seed: int, count: int, spread: int, centre: int = 0) -> np.ndarray:
    """Hashes at most `spread` bits from one."""
    rng = np.random.default_rng(seed)
    common = np.random.default_rng(1000 + centre).integers(0, 256, 32, np.uint8)
    bits = np.repeat(np.unpackbits(common)[None], count, axis=0)
    for row in bits:
        row[rng.choice(256, rng.integers(0, spread + 1), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def test_copies_are_found_within_and_across_data_sets(make_split):
    training = [make_split("coco", "train", 1, 2), make_split("crowdpose", "train", 3, 4)]
    held_out = [make_split("coco", "val", 5, 2), make_split("mpii", "val", 4, 6)]
    leaks = find_leaks(training, held_out, 40, progress=False)
    assert [(str(leak.training), str(leak.held_out)) for leak in leaks] == [
        ("coco train coco-2.jpg", "coco val coco-2.jpg"),
        ("crowdpose train crowdpose-4.jpg", "mpii val mpii-4.jpg"),
    ]


def test_a_mirrored_copy_is_found_and_said_to_be_one(make_split):
    training, held_out = make_split("coco", "train", 1, 2), make_split("coco", "val", -2, 3)
    (leak,) = find_leaks([training], [held_out], 40, progress=False)
    assert leak.mirrored
    assert leak.training.name == "coco-2.jpg"
    assert leak.held_out.name == "coco--2.jpg"


def test_copies_within_the_training_splits_are_no_leak(make_split):
    training = [make_split("coco", "train", 1, 2), make_split("mpii", "train", 1, 2)]
    assert len(find_leaks(training, [make_split("coco", "val", 3)], 40, progress=False)) == 0


def test_plain_pictures_are_not_alike(make_split):
    training, held_out = make_split("coco", "train", 0, 1), make_split("coco", "val", 0, 2)
    assert len(find_leaks([training], [held_out], 64, progress=False)) == 0


def test_one_plain_file_in_both_roles_is_a_leak(make_split):
    training = make_split("ap10k", "train", 1, 0, folder="data")
    held_out = make_split("ap10k", "val", 2, 0, folder="data")
    assert list(find_leaks([training], [held_out], 0, progress=False)) == [
        Leak(Picture("ap10k", "train", "ap10k-0.jpg"), Picture("ap10k", "val", "ap10k-0.jpg"), 0)
    ]


def test_one_plain_file_reached_by_a_link_is_a_leak(make_split, tmp_path):
    training = make_split("ap10k", "train", 1, 0, folder="data")
    (tmp_path / "other").symlink_to(tmp_path / "data")
    held_out = make_split("ap10k", "val", 2, 0, folder="other")
    assert len(find_leaks([training], [held_out], 0, progress=False)) == 1


def test_nothing_to_compare_is_no_leak(make_split):
    assert len(find_leaks([], [make_split("coco", "val", 1)], 40, progress=False)) == 0
    assert len(find_leaks([make_split("coco", "train", 1)], [], 40, progress=False)) == 0
    assert len(find_leaks([], [], 40, progress=False)) == 0


def nearest_by_brute_force(ours: np.ndarray, theirs: np.ndarray, distance: int) -> dict:
    """Each picture of both sides to its nearest: {(i, j): (distance, mirrored)}."""
    apart = np.bitwise_count(ours[:, None] ^ theirs).sum(axis=2, dtype=int)
    turned = np.bitwise_count(ours[:, None] ^ mirrored(theirs)).sum(axis=2, dtype=int)
    likeness = np.minimum(apart * 2, turned * 2 + 1)
    near = {(i, int(row.argmin())) for i, row in enumerate(likeness)}
    near |= {(int(column.argmin()), j) for j, column in enumerate(likeness.T)}
    found = {(i, j): divmod(int(likeness[i, j]), 2) for i, j in near}
    return {pair: (d, bool(m)) for pair, (d, m) in found.items() if d <= distance}


@pytest.mark.parametrize("seed", range(3))
def test_of_each_picture_the_nearest_in_each_split_is_kept(seed, tmp_path):
    sides = []
    for role, shift in (("train", 0), ("val", 50)):
        one = near_alike(seed + shift, 30, 20)
        two = np.concatenate([mirrored(near_alike(seed + shift + 1, 20, 12)), one[:5]])
        rest = near_alike(seed + shift + 2, 5, 0, centre=shift + 1)
        sides.append(
            [
                hashed("coco", role, one, tmp_path),
                hashed("mpii", role, np.concatenate([two, rest]), tmp_path),
            ]
        )
    leaks = list(find_leaks(*sides, 24, progress=False))
    assert len({(leak.training, leak.held_out) for leak in leaks}) == len(leaks)
    for ours in sides[0]:
        for theirs in sides[1]:
            found = {
                (int(leak.training.name[:-4]), int(leak.held_out.name[:-4])): (
                    leak.distance,
                    leak.mirrored,
                )
                for leak in leaks
                if (leak.training.dataset, leak.held_out.dataset) == (ours.dataset, theirs.dataset)
            }
            assert found == nearest_by_brute_force(ours.hashes, theirs.hashes, 24)


def test_a_set_of_near_alike_pictures_costs_what_its_pictures_do(tmp_path):
    training = hashed("room", "train", near_alike(0, 1500, 14), tmp_path)
    held_out = hashed("room", "val", near_alike(1, 1500, 14), tmp_path)
    tracemalloc.start()
    leaks = find_leaks([training], [held_out], 40, progress=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 1500 <= len(leaks) <= 3000  # Of 2.25 million.
    assert len(np.unique(leaks.training)) == len(np.unique(leaks.held_out)) == 1500
    assert peak < 300e6
