"""What the recipes' views are, drawn by the reader that training draws them by.

The references are the papers' table, drawn or computed here by numpy and scipy alone.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from vitpose_plus.datasets.instance_views import InstanceViews
from vitpose_plus.datasets.split import Split
from vitpose_plus.datasets.table import Instance, build_table
from vitpose_plus.datasets.trainable_rows import TrainableRows
from vitpose_plus.geometry import invert, random_view, transform_points
from vitpose_plus.skeletons import SKELETONS

MANY = 20_000
FEW = 2_000
INPUT = (256, 192)
WIDTH, HEIGHT = 60.0, 80.0
MIDDLE = np.array([50.0, 60.0])
ALMOST_NEVER = 1e-4


@dataclass(frozen=True)
class Table:
    """One data set's row of the papers' table; None: no half bodies."""

    scale: float = 0.5
    rotation: float = 40.0
    half_body_above: int | None = 8
    jitters: bool = True


PUBLISHED = {
    "coco": Table(),
    "aic": Table(),
    "mpii": Table(half_body_above=None, jitters=False),
    "ap10k": Table(),
    "apt36k": Table(),
    "coco_wholebody": Table(),
    "ochuman": Table(),
    "crowdpose": Table(half_body_above=6),
    "interhand": Table(scale=0.3, rotation=90.0, half_body_above=None),
}
# The first set of those with the same row stands for all of them.
DRAWN = ("coco", "mpii", "crowdpose", "interhand")


def points_of(skeleton):
    """[K, 2] around the middle, one place a skeleton."""
    return np.random.default_rng(len(skeleton)).uniform((30, 30), (70, 90), (len(skeleton), 2))


def split_of(name, source, labelled):
    """A split of the same instance again and again, with so many labelled keypoints each time."""
    skeleton = SKELETONS[source.skeleton]
    rows = [
        Instance(
            image_id=str(i),
            instance_id=str(i),
            file_name="1.jpg",
            bbox=(*(MIDDLE - (WIDTH / 2, HEIGHT / 2)), WIDTH, HEIGHT),
            keypoints=points_of(skeleton),
            visibility=np.where(np.arange(len(skeleton)) < count, 2, 0),
            source="drawn",
            area=3000.0,
            width=100,
            height=120,
        )
        for i, count in enumerate(labelled)
    ]
    table = build_table(name, "train", rows)
    return Split(name, skeleton, source.metrics, Path("pictures"), table, source.augmentation)


@pytest.fixture(scope="module")
def draw(ours):
    """(set, labelled keypoints, number) -> so many views of one instance."""
    parameters = ours("full")

    @cache
    def drawn(name, labelled, count=MANY):
        source = parameters.data.datasets[name]
        augmentation = parameters.training.augmentation.for_set(source.augmentation)
        rows = TrainableRows(split_of(name, source, [labelled]))
        box, body, rng = rows.view(0, INPUT), rows.body(0), np.random.default_rng(5)
        return [random_view(rng, augmentation, box, body) for _ in range(count)]

    return drawn


@pytest.fixture(scope="module", params=DRAWN)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def whole(draw, name):
    """Views of whole instances: too little is labelled for half of one."""
    return draw(name, PUBLISHED[name].half_body_above or len(SKELETONS[name]))


def share(flags):
    """A share, and how far chance may take it."""
    return np.mean(flags), stats.norm.isf(ALMOST_NEVER / 2) * 0.5 / np.sqrt(len(flags))


def same(drawn, reference):
    """Whether two samples may be of one distribution."""
    return stats.ks_2samp(drawn, reference).pvalue > ALMOST_NEVER


def test_all_recipes_draw_alike(recipe, ours):
    assert recipe.training.augmentation == ours("full").training.augmentation


def test_sets_with_the_same_row_draw_alike(ours):
    sources = ours("full").data.datasets
    assert sources.keys() == PUBLISHED.keys()
    for name, row in PUBLISHED.items():
        stands = next(other for other in DRAWN if PUBLISHED[other] == row)
        assert sources[name].augmentation == sources[stands].augmentation, name


def test_half_are_mirrored(whole):
    found, chance = share([view.flip for view in whole])
    assert found == pytest.approx(0.5, abs=chance)


def test_the_scale_is_a_normal_draw_clipped_at_one_deviation(whole, name):
    deviation = PUBLISHED[name].scale
    normal = np.random.default_rng(0).normal(size=200_000)
    reference = 1 + np.clip(deviation * normal, -deviation, deviation)
    factor = np.array([view.size[0] for view in whole]) / (WIDTH * 1.25)
    assert same(factor.round(9), reference.round(9))  # its ends are two points
    assert (factor.min(), factor.max()) == pytest.approx((1 - deviation, 1 + deviation))


def test_six_in_ten_are_turned_by_a_normal_draw_clipped_at_two_deviations(whole, name):
    deviation = PUBLISHED[name].rotation
    turns = np.array([view.rotation for view in whole])
    found, chance = share(turns != 0)
    assert found == pytest.approx(0.6, abs=chance)
    normal = np.random.default_rng(0).normal(size=200_000)
    reference = np.clip(normal * deviation, -2 * deviation, 2 * deviation)
    assert same(turns[turns != 0], reference)
    assert (turns.min(), turns.max()) == (-2 * deviation, 2 * deviation)


def centres(views):
    """[N, 2] in pixels."""
    return np.array([view.centre for view in views])


def halves_of(name):
    """Centre [2] and width of the upper and of the lower half, by the official code's rule."""
    skeleton, points = SKELETONS[name], points_of(SKELETONS[name])
    upper = np.array([point in skeleton.upper_body for point in skeleton.keypoints])
    found = []
    for half in (points[upper], points[~upper]):
        width, height = np.ptp(half, axis=0)
        found.append((half.mean(axis=0), 1.5 * max(width, height * 3 / 4)))
    return found


def test_three_in_ten_are_half_bodies(draw, name):
    views = draw(name, len(SKELETONS[name]))
    found, chance = share((centres(views) != MIDDLE).any(axis=1))
    none = PUBLISHED[name].half_body_above is None
    assert found == (0 if none else pytest.approx(0.3, abs=chance))


@pytest.mark.parametrize("half_set", ["coco", "crowdpose"])
def test_half_bodies_need_more_labelled_keypoints_than_the_table_says(draw, half_set):
    above = PUBLISHED[half_set].half_body_above
    assert (centres(draw(half_set, above, FEW)) == MIDDLE).all()
    found, chance = share((centres(draw(half_set, above + 1, FEW)) != MIDDLE).any(axis=1))
    assert found == pytest.approx(0.3, abs=chance)


@pytest.mark.parametrize("half_set", ["coco", "crowdpose"])
def test_sixty_nine_percent_of_half_bodies_are_upper(draw, half_set):
    drawn = centres(draw(half_set, len(SKELETONS[half_set])))
    is_upper, is_lower = (np.isclose(drawn, half).all(axis=1) for half, _ in halves_of(half_set))
    found, chance = share(is_upper[is_upper | is_lower])
    assert found == pytest.approx(stats.norm.cdf(0.5), abs=chance)


def test_half_bodies_are_padded_and_scaled_like_whole_ones(draw):
    views = draw("coco", len(SKELETONS["coco"]))
    for centre, width in halves_of("coco"):
        own = np.isclose(centres(views), centre).all(axis=1)
        factors = np.array([view.size for view in views])[own] / (width, width * 4 / 3)
        assert (factors.min(), factors.max()) == pytest.approx((0.5, 1.5))


def test_three_in_ten_centres_stray_by_a_fifth(ours, name):
    parameters = ours("full")
    split = split_of(name, parameters.data.datasets[name], [1] * FEW)
    views = InstanceViews([split], INPUT, parameters.training.augmentation, seed=3)
    middle = (np.array([INPUT[1], INPUT[0]]) - 1) / 2
    seen = [transform_points(middle, invert(views[0, row].matrix)) for row in range(FEW)]
    away = (np.array(seen) - MIDDLE) / (WIDTH, HEIGHT)
    strayed = np.abs(away).max(axis=1) > 1e-9
    found, chance = share(strayed)
    assert found == (pytest.approx(0.3, abs=chance) if PUBLISHED[name].jitters else 0)
    for axis in away[strayed].T if strayed.any() else ():
        assert stats.kstest(axis, stats.uniform(-0.2, 0.4).cdf).pvalue > ALMOST_NEVER
