"""Decoding every picture once: what annotations claim about pictures must be true."""

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class PictureFact:
    """What decoding found.

    Attributes:
        width, height: stored pixels, before any EXIF rotation, as annotations count them;
            None where there is a problem.
        problem: None for a good picture.
        message: the decoder's words.
    """

    width: int | None = None
    height: int | None = None
    problem: Literal["missing", "unreadable"] | None = None
    message: str = ""


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
    with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
        facts = pool.map(lambda name: _decode(folder / name), names)
        bar = tqdm(
            facts, total=len(names), desc="pictures", unit="", disable=None if progress else True
        )
        return dict(zip(names, bar, strict=True))


def _decode(path: Path) -> PictureFact:
    from PIL import Image, UnidentifiedImageError

    if not path.is_file():
        return PictureFact(problem="missing", message=f"{path} does not exist")
    try:
        with Image.open(path) as picture:
            picture.load()
            return PictureFact(width=picture.width, height=picture.height)
    except UnidentifiedImageError:
        return PictureFact(problem="unreadable", message=f"{path} is not a picture")
    # PIL raises whatever its decoders raise: OSError, SyntaxError, struct.error, bomb errors.
    except Exception as error:
        return PictureFact(
            problem="unreadable", message=f"{path}: {str(error) or type(error).__name__}"
        )
