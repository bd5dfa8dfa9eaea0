import numpy as np
import pytest

from vitpose_plus.datasets.sample.animal import draw_animal, project_animal
from vitpose_plus.datasets.sample.animal_pose import STILL, Stance
from vitpose_plus.datasets.sample.space import View, rot_y
from vitpose_plus.datasets.sample.species import SPECIES
from vitpose_plus.skeletons.ap10k import KEYPOINTS


def standing(species, yaw: float):
    animal = draw_animal(np.random.default_rng(0), species)
    still = Stance((0.0,) * 4, (0.0,) * 4)
    animal = type(animal)(species, animal.base, animal.second, animal.marks, still, STILL, 0.0)
    return project_animal(animal, View(rot_y(yaw)).at(120.0, 200.0, 200.0), light=1.0)


@pytest.mark.parametrize("species", SPECIES, ids=lambda species: species.name)
def test_every_species_stands_on_its_feet_with_its_head_in_front(species):
    profile = standing(species, np.pi / 2)
    at = dict(zip(KEYPOINTS, profile.points.xy, strict=True))
    assert at["nose"][0] > at["left_shoulder"][0] > at["left_hip"][0] > at["root_of_tail"][0]
    for leg in ("shoulder", "elbow", "front_paw"), ("hip", "knee", "back_paw"):
        heights = [at[f"left_{joint}"][1] for joint in leg]
        assert heights == sorted(heights)


@pytest.mark.parametrize("species", SPECIES, ids=lambda species: species.name)
def test_left_lies_right_in_the_picture_when_an_animal_faces_the_camera(species):
    at = dict(zip(KEYPOINTS, standing(species, 0.0).points.xy, strict=True))
    for joint in ("eye", "shoulder", "front_paw", "hip", "back_paw"):
        assert at[f"left_{joint}"][0] > at[f"right_{joint}"][0]


def test_the_eye_of_the_far_side_does_not_show_in_a_profile():
    facing = standing(SPECIES[0], np.pi / 2).points.facing
    assert not facing[KEYPOINTS.index("left_eye")]
    assert facing[KEYPOINTS.index("right_eye")]
