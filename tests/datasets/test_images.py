from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFile

from vitpose_plus.datasets.images import verify_images


def draw(path: Path, width: int = 40, height: int = 30, **options: object) -> Path:
    noise = np.random.default_rng(0).integers(0, 255, (height, width, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, **options)
    return path


def test_good_pictures_give_their_sizes(tmp_path: Path) -> None:
    draw(tmp_path / "a.jpg", 40, 30)
    (tmp_path / "deep").mkdir()
    draw(tmp_path / "deep/b.png", 7, 9)
    facts = verify_images(tmp_path, ["a.jpg", "deep/b.png", "a.jpg"], progress=False)
    assert list(facts) == ["a.jpg", "deep/b.png"]
    assert [(f.width, f.height, f.problem) for f in facts.values()] == [
        (40, 30, None),
        (7, 9, None),
    ]


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
def test_a_truncated_jpeg_is_unreadable_though_its_header_is_good(
    tmp_path: Path, share: float
) -> None:
    path = draw(tmp_path / "cut.jpg", 200, 200)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with Image.open(path) as header_only:
        assert header_only.size == (200, 200)
    fact = verify_images(tmp_path, ["cut.jpg"], progress=False)["cut.jpg"]
    assert (fact.problem, fact.width) == ("unreadable", None)
    assert "truncated" in fact.message
    assert not ImageFile.LOAD_TRUNCATED_IMAGES


def test_a_page_saved_as_jpeg_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("<html>404</html>")
    fact = verify_images(tmp_path, ["a.jpg"], progress=False)["a.jpg"]
    assert (fact.problem, fact.message) == ("unreadable", f"{tmp_path / 'a.jpg'} is not a picture")


@pytest.mark.parametrize("name", ["none.jpg", "folder"])
def test_what_is_no_file_is_missing(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    fact = verify_images(tmp_path, [name], progress=False)[name]
    assert (fact.problem, fact.message) == ("missing", f"{tmp_path / name} does not exist")


def test_what_training_cannot_read_is_unreadable_though_another_decoder_can(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8)).save(tmp_path / "a.tga")
    cut = draw(tmp_path / "b.png", 40, 30)
    cut.write_bytes(cut.read_bytes()[:-8])
    facts = verify_images(tmp_path, ["a.tga", "b.png"], progress=False)
    assert [fact.problem for fact in facts.values()] == ["unreadable"] * 2
    assert "training reads with OpenCV" in facts["a.tga"].message


def test_a_name_too_long_for_the_disk_is_a_missing_picture(tmp_path: Path) -> None:
    name = "x" * 400 + ".jpg"
    fact = verify_images(tmp_path, [name], progress=False)[name]
    assert (fact.problem, "too long" in fact.message) == ("missing", True)


def test_a_zero_byte_in_a_name_is_a_missing_picture(tmp_path: Path) -> None:
    fact = verify_images(tmp_path, ["a\0.jpg"], progress=False)["a\0.jpg"]
    assert (fact.problem, "null byte" in fact.message) == ("missing", True)


def test_the_checksum_is_of_the_files_bytes(tmp_path: Path) -> None:
    draw(tmp_path / "a.jpg", quality=90)
    (tmp_path / "b.jpg").write_bytes((tmp_path / "a.jpg").read_bytes())
    draw(tmp_path / "c.jpg", quality=91)
    facts = verify_images(tmp_path, ["a.jpg", "b.jpg", "c.jpg"], progress=False)
    assert facts["a.jpg"].checksum == facts["b.jpg"].checksum != facts["c.jpg"].checksum


def test_sizes_are_those_of_the_stored_pixels_whatever_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned by 90 degrees
    draw(tmp_path / "a.jpg", 40, 30, exif=exif)
    fact = verify_images(tmp_path, ["a.jpg"], progress=False)["a.jpg"]
    assert (fact.width, fact.height) == (40, 30)


def test_any_number_of_workers_finds_the_same(tmp_path: Path) -> None:
    names = [draw(tmp_path / f"{i}.jpg", 10 + i, 8).name for i in range(12)] + ["none.jpg"]
    one, four = (verify_images(tmp_path, names, progress=False, workers=n) for n in (1, 4))
    assert one == four
    assert list(one) == names
