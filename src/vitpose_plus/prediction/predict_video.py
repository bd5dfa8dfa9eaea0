"""A video to a file of results by frame and a drawn video, a few frames at a time."""

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from tqdm import tqdm

from vitpose_plus.errors import PictureError
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.results_json import results_file
from vitpose_plus.prediction.listing import ListedVideo
from vitpose_plus.prediction.pictures import Picture, chunks
from vitpose_plus.prediction.run import Run
from vitpose_plus.prediction.sources import Source
from vitpose_plus.prediction.video import USUAL_RATE, Film, frames_of, open_film, writing_film
from vitpose_plus.replacement import replacing_file

log = logging.getLogger(__name__)


def predict_video(run: Run, source: Source) -> None:
    """Predict its frames; a video that cannot be read is said and left out."""
    try:
        film = _with_rate(open_film(source.path))
        size, frames = _through(run, source, film)
    except PictureError as error:
        run.fail(source.path, error)
        return
    if frames < film.frames:
        log.warning("%s: %d of its %d frames could be read", source.path, frames, film.frames)
    results = run.destination.of_frames(source).relative_to(run.destination.folder).as_posix()
    run.listing.videos.append(
        ListedVideo(source.name, results, frames, film.rate, width=size[1], height=size[0])
    )


def _through(run: Run, source: Source, film: Film) -> tuple[tuple[int, int], int]:
    """(height, width) of the frames, and their number."""
    skeleton, count, size = run.finder.skeleton, 0, (0, 0)
    with (
        results_file(run.destination.of_frames(source), skeleton) as add,
        _drawing(run, source, film) as draw,
        tqdm(total=film.frames or None, desc=source.name, unit="frame", disable=run.no_bar) as bar,
    ):
        for chunk in chunks(_frames(source, film), run.finder.batch_size):
            for picture, found in zip(chunk, run.finder.find(chunk), strict=True):
                add(found)
                run.count(found)
                draw(picture.pixels, found)
            count, size = count + len(chunk), chunk[0].pixels.shape[:2]
            bar.update(len(chunk))
        if not count:
            raise PictureError(f"{source.path}: no frame of it can be read")
    return size, count


def _frames(source: Source, film: Film) -> Iterator[Picture]:
    for number, pixels in enumerate(frames_of(film)):
        yield Picture(source.name, str(number), pixels)


@contextmanager
def _drawing(
    run: Run, source: Source, film: Film
) -> Iterator[Callable[[np.ndarray, Results], None]]:
    """Yield what draws a frame's poses and adds it to the drawn video, if one is wanted."""
    if not run.destination.draw:
        yield lambda pixels, found: None
        return
    path = run.destination.drawn(source)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing_file(path) as part, writing_film(part, film.rate) as add:
        yield lambda pixels, found: add(run.destination.draw_on(pixels, found, run.finder.skeleton))


def _with_rate(film: Film) -> Film:
    if math.isfinite(film.rate):
        return film
    log.warning("%s does not say its frame rate: taken as %g", film.path, USUAL_RATE)
    return replace(film, rate=USUAL_RATE)
