"""Pictures to one file of results and drawn pictures."""

from collections.abc import Iterator, Sequence

from tqdm import tqdm

from vitpose_plus.errors import PictureError
from vitpose_plus.evaluation.results import Results
from vitpose_plus.evaluation.results_json import official_id, results_file
from vitpose_plus.prediction.destination import PREDICTIONS, write_picture
from vitpose_plus.prediction.listing import ListedPicture
from vitpose_plus.prediction.pictures import Picture, chunks, read_upright
from vitpose_plus.prediction.run import Run
from vitpose_plus.prediction.sources import Source


def predict_pictures(run: Run, sources: Sequence[Source]) -> None:
    """Predict them in their order; one that cannot be read is said and left out."""
    places = {source.name: source for source in sources}
    with (
        results_file(run.destination.folder / PREDICTIONS, run.finder.skeleton) as add,
        tqdm(total=len(sources), desc="predict", unit="pic", disable=run.no_bar) as bar,
    ):
        for chunk in chunks(_read(run, sources, bar), run.finder.batch_size):
            for picture, found in zip(chunk, run.finder.find(chunk), strict=True):
                add(found)
                _write(run, places[picture.name], picture, found)
                bar.update()


def _read(run: Run, sources: Sequence[Source], bar: tqdm) -> Iterator[Picture]:
    for source in sources:
        try:
            pixels, turned = read_upright(source.path, as_stored=run.as_stored)
        except PictureError as error:
            run.fail(source.path, error)
            bar.update()
        else:
            run.turned += turned
            yield Picture(source.name, source.image_id, pixels)


def _write(run: Run, source: Source, picture: Picture, found: Results) -> None:
    height, width = picture.pixels.shape[:2]
    listed = ListedPicture(official_id(source.image_id), source.name, width, height)
    run.listing.images.append(listed)
    run.count(found)
    if not run.destination.draw:
        return
    try:
        drawn = run.destination.draw_on(picture.pixels, found, run.finder.skeleton)
        write_picture(run.destination.drawn(source), drawn)
    except PictureError as error:
        run.fail(source.path, error)
