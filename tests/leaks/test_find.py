from vitpose_plus.leaks import Leak, Picture, find_leaks


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
    assert find_leaks(training, [make_split("coco", "val", 3)], 40, progress=False) == []


def test_plain_pictures_are_not_alike(make_split):
    training, held_out = make_split("coco", "train", 0, 1), make_split("coco", "val", 0, 2)
    assert find_leaks([training], [held_out], 64, progress=False) == []


def test_one_plain_file_in_both_roles_is_a_leak(make_split):
    training = make_split("ap10k", "train", 1, 0, folder="data")
    held_out = make_split("ap10k", "val", 2, 0, folder="data")
    assert find_leaks([training], [held_out], 0, progress=False) == [
        Leak(Picture("ap10k", "train", "ap10k-0.jpg"), Picture("ap10k", "val", "ap10k-0.jpg"), 0)
    ]


def test_nothing_to_compare_is_no_leak(make_split):
    assert find_leaks([], [make_split("coco", "val", 1)], 40, progress=False) == []
    assert find_leaks([make_split("coco", "train", 1)], [], 40, progress=False) == []
