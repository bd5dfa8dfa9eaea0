"""Pictures and videos to poses, written and drawn."""

from vitpose_plus.prediction.destination import LISTING
from vitpose_plus.prediction.predict_pictures import predict_pictures
from vitpose_plus.prediction.predict_video import predict_video
from vitpose_plus.prediction.run import Run
from vitpose_plus.prediction.sources import Sources
from vitpose_plus.prediction.subjects import subject_of


def predict(run: Run, sources: Sources) -> None:
    """Do all of it; `run` tells what came of it."""
    run.destination.folder.mkdir(parents=True, exist_ok=True)
    if sources.pictures:
        predict_pictures(run, sources.pictures)
    for video in sources.videos:
        predict_video(run, video)
    skeleton = run.finder.skeleton
    run.listing.write(run.destination.folder / LISTING, skeleton, subject_of(skeleton))
