from pathlib import Path

from vitpose_plus.datasets.readers.ap10k import read_ap10k
from vitpose_plus.datasets.source import SplitSource
from vitpose_plus.skeletons import SKELETONS


def test_the_category_is_the_species(real: Path) -> None:
    path = real / "real_mini/ap10k/test_ap10k.json"
    reading = read_ap10k(SplitSource(annotations=path, images=path.parent), SKELETONS["ap10k"])
    assert [i.category for i in reading.instances] == ["jaguar", "antelope"]
    assert "2 species" in reading.notes[-1]
