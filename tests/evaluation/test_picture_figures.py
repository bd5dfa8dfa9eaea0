import numpy as np
import pytest

from vitpose_plus.datasets.table import AnnotationTable
from vitpose_plus.evaluation.crowdpose import evaluate_crowdpose
from vitpose_plus.evaluation.hand import evaluate_hand
from vitpose_plus.evaluation.oks import evaluate_oks
from vitpose_plus.evaluation.pck import evaluate_pck, evaluate_pckh
from vitpose_plus.evaluation.picture_figures import picture_figures
from vitpose_plus.evaluation.predictions import Predictions
from vitpose_plus.skeletons import SKELETONS

COCO = SKELETONS["coco"]
PICTURES = 12


@pytest.fixture
def split(table_of):
    """Forty people in twelve pictures, a crowd, somebody unlabelled, and their poses."""
    rng = np.random.default_rng(2)
    visibility = rng.integers(0, 3, (40, 17))
    visibility[3] = 0
    table = table_of(
        rng.uniform(0, 200, (40, 17, 2)),
        visibility,
        image_id=[f"{i % PICTURES}" for i in range(40)],
        area=rng.uniform(500, 40_000, 40).tolist(),
        is_crowd=[i == 5 for i in range(40)],
        head_size=rng.uniform(10, 30, 40).tolist(),
    )
    rows = table.take(np.flatnonzero(table.trainable))
    shape = rows.keypoints.shape
    away = rng.normal(0, rng.uniform(1, 12, (len(rows), 1, 1)), shape)
    keypoints = (rows.keypoints + away).astype(np.float32)
    scores = rng.uniform(0.3, 1, shape[:2]).astype(np.float32)
    return table, Predictions(rows, keypoints, scores, rng.uniform(0.5, 1, len(rows)))


def repeated(table: AnnotationTable, times: np.ndarray, order: list[str]) -> AnnotationTable:
    """Rows whose pictures are drawn, once a draw, the copies under names of their own."""
    pictures = table.column("image_id")
    names, ids, chosen = [], [], []
    for picture, count in zip(order, times, strict=True):
        for copy in range(count):
            rows = np.flatnonzero(pictures == picture)
            chosen += rows.tolist()
            names += [f"{picture}-{copy}"] * len(rows)
            ids += [f"{row}-{copy}" for row in table.column("instance_id")[rows]]
    taken = table.take(chosen).rows
    for name, values in (("image_id", names), ("instance_id", ids)):
        taken = taken.set_column(taken.schema.get_field_index(name), name, [values])
    return AnnotationTable(taken)


def drawn_poses(poses, times, order):
    rows = repeated(poses.rows, times, order)
    place = {name: i for i, name in enumerate(poses.rows.column("instance_id"))}
    source = [place[name.rsplit("-", 1)[0]] for name in rows.column("instance_id")]
    chosen = poses.take(np.array(source))
    return Predictions(rows, chosen.keypoints, chosen.scores, chosen.box_scores)


def test_every_picture_once_gives_the_figures_themselves(split):
    table, poses = split
    figures = picture_figures(poses, table, COCO, ("oks",))
    found = dict(zip(figures.names, figures.of_draw(np.ones(PICTURES)), strict=True))
    assert found == pytest.approx(evaluate_oks(poses, COCO, table), abs=1e-12, nan_ok=True)


def test_crowdposes_figures_are_drawn_by_its_own_protocol(table_of):
    crowdpose = SKELETONS["crowdpose"]
    rng = np.random.default_rng(4)
    visibility = np.ones((20, 14))
    visibility[::3, :12] = 0  # head and neck alone make no instance there
    table = table_of(rng.uniform(0, 200, (20, 14, 2)), visibility, area=[900.0] * 20)
    away = rng.normal(0, 6, table.keypoints.shape)
    poses = Predictions(
        table, (table.keypoints + away).astype(np.float32), np.ones((20, 14)), np.ones(20)
    )
    figures = picture_figures(poses, table, crowdpose, ("oks", "crowdpose"))
    found = dict(zip(figures.names, figures.of_draw(np.ones(figures.units)), strict=True))
    expected = evaluate_crowdpose(poses, crowdpose, table)
    for name in ("AP", "AP50", "AP75", "AR"):
        assert found[name] == pytest.approx(expected[name], abs=1e-12)
    assert expected["AP"] != pytest.approx(evaluate_oks(poses, crowdpose, table)["AP"], abs=0.01)


@pytest.mark.parametrize("seed", range(6))
def test_a_draw_equals_scoring_copies_of_the_drawn_pictures(split, seed):
    table, poses = split
    order = list(dict.fromkeys(table.column("image_id")))
    chosen = np.random.default_rng(seed).integers(PICTURES, size=PICTURES)
    times = np.bincount(chosen, minlength=PICTURES)
    expected = evaluate_oks(drawn_poses(poses, times, order), COCO, repeated(table, times, order))
    figures = picture_figures(poses, table, COCO, ("oks",))
    found = dict(zip(figures.names, figures.of_draw(times), strict=True))
    assert 0.1 < expected["AP"] < 0.9
    assert found == pytest.approx(expected, abs=1e-9, nan_ok=True)


@pytest.mark.parametrize(("metric", "least"), [("pckh", 14), ("pck", 2), ("hand", 3)])
def test_pooled_figures_of_a_draw_equal_scoring_the_drawn_pictures(split, metric, least):
    table, poses = split
    order = list(dict.fromkeys(table.column("image_id")))
    times = np.bincount([0, 0, 2, 3, 3, 3, 7], minlength=PICTURES)
    drawn = drawn_poses(poses, times, order)
    evaluate = {"pckh": evaluate_pckh, "pck": evaluate_pck}.get(metric)
    expected = evaluate(drawn, COCO) if evaluate else evaluate_hand(drawn)
    figures = picture_figures(poses, table, COCO, (metric,))
    found = dict(zip(figures.names, figures.of_draw(times), strict=True))
    assert found == pytest.approx({name: expected[name] for name in found})
    assert len(found) >= least
    assert {name for name in expected if not name.endswith("left_out")} == set(found)


def test_a_draw_without_anybody_has_no_figure(split):
    table, poses = split
    figures = picture_figures(poses, table, COCO, ("oks",))
    assert np.isnan(figures.of_draw(np.zeros(PICTURES))).all()


def test_whoever_finds_nobody_scores_nothing(split):
    table, poses = split
    lost = Predictions(poses.rows, poses.keypoints + 1e5, poses.scores, poses.box_scores)
    figures = picture_figures(lost, table, COCO, ("oks",))
    assert (figures.of_draw(np.ones(PICTURES)) == 0).all()


def test_frames_of_a_video_are_drawn_together(split, table_of):
    table, _ = split
    videos = table_of(
        table.keypoints,
        table.visibility,
        image_id=table.column("image_id").tolist(),
        area=table.column("area").tolist(),
        video_id=[f"video {i % PICTURES % 3}" for i in range(40)],
    )
    poses = Predictions(videos, videos.keypoints + np.float32(3), np.ones((40, 17)), np.ones(40))
    for metric in ("oks", "pck"):
        by_video = picture_figures(poses, videos, COCO, (metric,))
        by_picture = picture_figures(poses, table, COCO, (metric,)) if metric == "pck" else None
        assert by_video.units == 3
        if by_picture:
            times = np.array([2, 0, 1])
            assert by_video.of_draw(times) == pytest.approx(
                by_picture.of_draw(times[np.arange(PICTURES) % 3])
            )
