import numpy as np
import pytest

from vitpose_plus.datasets.sample.camera import set_up_rig
from vitpose_plus.datasets.sample.gesture import SEQUENCES, hold_hands
from vitpose_plus.datasets.sample.studio import Subject, expose

WHITE, BLACK = (255.0, 255.0, 255.0), (0.0, 0.0, 0.0)
RIG = set_up_rig("train", 0, 3)


def bright_hands(number: int, sequence) -> tuple[list, list[np.ndarray]]:
    """White hands out of black sleeves, in all cameras."""
    rng = np.random.default_rng(number)
    hands = hold_hands(rng, sequence)
    subject = Subject(WHITE, BLACK, sleeves=True)
    return hands, [expose(rng, hands, subject, camera) for camera in RIG]


@pytest.mark.parametrize("sequence", SEQUENCES, ids=lambda sequence: sequence.name)
def test_joints_project_onto_the_hands_and_other_places_are_dark(sequence):
    hands, images = bright_hands(3, sequence)
    for camera, image in zip(RIG, images, strict=True):
        points = np.concatenate([hand.points for hand in hands])
        pixels, _, _ = camera.project(points)
        shown = np.rint(pixels[camera.inside(pixels)]).astype(int)
        level = image.max(axis=2)
        assert (level[shown[:, 1], shown[:, 0]] > 100).mean() > 0.9
        assert (level > 100).mean() < 0.35
        low, high = shown.min(axis=0) - 25, shown.max(axis=0) + 25
        level[max(0, low[1]) : high[1], max(0, low[0]) : high[0]] = 0
        # Only lamps are left.
        assert (level > 100).mean() < 0.01


def test_pictures_have_their_cameras_size_and_colour():
    _, images = bright_hands(0, SEQUENCES[0])
    for camera, image in zip(RIG, images, strict=True):
        assert image.shape == (camera.size[1], camera.size[0], 3)
        assert camera.coloured == bool((np.ptp(image, axis=2) > 10).any())
    assert {camera.size for camera in RIG} == {(334, 512), (512, 334)}


def test_the_nearer_of_two_hands_covers_the_other():
    rng = np.random.default_rng(0)
    pray = next(s for s in SEQUENCES if s.name.endswith("pray"))
    hands = hold_hands(rng, pray)
    camera = max(RIG, key=lambda camera: abs(camera.position[0]))
    near = min(hands, key=lambda hand: float(camera.project(hand.points)[1].mean()))
    subject = Subject(WHITE, BLACK, sleeves=True)
    both = expose(np.random.default_rng(1), hands, subject, camera).astype(int)
    alone = expose(np.random.default_rng(1), [near], subject, camera).astype(int)
    pixels, _, _ = camera.project(near.points[[9, 13, 10, 14]])
    for x, y in np.rint(pixels).astype(int):
        np.testing.assert_allclose(both[y, x], alone[y, x], atol=12)
