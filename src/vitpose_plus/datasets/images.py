"""Decoding every picture once: what annotations claim about pictures must be true."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np

from vitpose_plus.datasets.picture_hash import picture_hash
from vitpose_plus.geometry.pictures import decode_picture

CHECKSUM_BYTES = 16
WAITING = 4096
"""Pictures that are handed to the threads at once."""


@dataclass(frozen=True, slots=True)
class PictureFact:
    """What decoding found.

    Attributes:
        width, height: stored pixels, before any EXIF rotation, as annotations count them;
            None where there is a problem.
        problem: None for a good picture.
        message: the decoder's words.
        hash: how it looks, for finding near copies; see `picture_hash`. None: a bad picture, or
            one without anything to see.
        checksum: of the file's bytes, so that a picture that is replaced shows.
    """

    width: int | None = None
    height: int | None = None
    problem: Literal["missing", "unreadable"] | None = None
    message: str = ""
    hash: bytes | None = None
    checksum: bytes | None = None


def verify_images(
    folder: Path,
    file_names: Iterable[str],
    *,
    progress: bool = True,
    workers: int | None = None,
) -> dict[str, PictureFact]:
    """Decode every picture to its last pixel.

    A header alone would pass a truncated download, which then stops a training hours later.

    Args:
        folder: where the file names start from.
        file_names: pictures to decode; each one is decoded once.
        progress: show a progress bar.
        workers: threads (decoding releases Python's lock); None: one a core.

    Returns:
        File name to what was found, in the order first met.
    """
    from tqdm import tqdm

    names = list(dict.fromkeys(file_names))
    facts: dict[str, PictureFact] = {}
    with (
        ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool,
        tqdm(
            total=len(names), desc="pictures", unit="pic", disable=None if progress else True
        ) as bar,
    ):
        # A task a picture, all at once, would hold a million of them waiting.
        for start in range(0, len(names), WAITING):
            chosen = names[start : start + WAITING]
            for name, fact in zip(
                chosen, pool.map(lambda name: _decode(folder / name), chosen), strict=True
            ):
                facts[name] = fact
                bar.update()
    return facts


def _decode(path: Path) -> PictureFact:
    try:
        coded = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        return PictureFact(problem="missing", message=f"{path} does not exist")
    except OSError as error:
        return PictureFact(problem="missing", message=f"{path}: {error.strerror or error}")
    except ValueError as error:  # a zero byte in its name
        return PictureFact(problem="missing", message=f"{str(path)!r}: {error}")
    # The decoder that training reads with: another one's taste in damaged files may differ.
    picture = decode_picture(np.frombuffer(coded, np.uint8))
    if picture is None:
        return PictureFact(problem="unreadable", message=_words(path, coded))
    from PIL import Image

    height, width = picture.shape[:2]
    return PictureFact(
        width=width,
        height=height,
        hash=picture_hash(Image.fromarray(picture)),
        checksum=blake2b(coded, digest_size=CHECKSUM_BYTES).digest(),
    )


def _words(path: Path, coded: bytes) -> str:
    """What is wrong with a file that OpenCV does not decode; it never says, Pillow mostly does."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(coded)) as picture:
            picture.load()
    except UnidentifiedImageError:
        return f"{path} is not a picture"
    # PIL raises whatever its decoders raise: OSError, SyntaxError, struct.error, bomb errors.
    except Exception as error:
        return f"{path}: {str(error) or type(error).__name__}"
    return (
        f"{path}: OpenCV cannot decode it, and training reads with OpenCV: save it as JPEG or PNG"
    )
