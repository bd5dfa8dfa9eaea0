import json
from pathlib import Path

import pytest

from vitpose_plus.errors import AnnotationError
from vitpose_plus.evaluation.animal_families import AP10K_FAMILIES, family_of

OFFICIAL = Path(__file__).resolve().parents[2] / "../shared/data/real_mini/ap10k/test_ap10k.json"


def test_there_are_54_species_in_23_families():
    species = [name for members in AP10K_FAMILIES.values() for name in members]
    assert len(set(species)) == len(species) == 54
    assert len(AP10K_FAMILIES) == 23


def test_families_are_those_of_the_official_files():
    if not OFFICIAL.is_file():
        pytest.skip("shared/data is not on this machine")
    for category in json.loads(OFFICIAL.read_text())["categories"]:
        assert family_of(category["name"]) == category["supercategory"]


def test_a_species_without_a_family_is_named():
    with pytest.raises(AnnotationError, match="'unicorn' is no species of AP-10K"):
        family_of("unicorn")
