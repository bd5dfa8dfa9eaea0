"""How large a sample is, and from which seed it is drawn."""

from typing import Annotated

from pydantic import Field

from vitpose_plus.settings import settings

Count = Annotated[int, Field(ge=1)]


@settings
class SplitSizes:
    """Pictures of one data set's splits."""

    train: Count
    val: Count


@settings
class ThreeSplitSizes:
    """Pictures of the splits of a data set that publishes its test annotations."""

    train: Count
    val: Count
    test: Count


@settings
class ClipSizes:
    """APT-36K: video clips, and pictures a clip. Splits are made later, by clip."""

    clips: Count
    frames: Count


@settings
class ViewSizes:
    """InterHand2.6M: moments of each split, and the cameras that see each of them."""

    train: Count
    val: Count
    test: Count
    cameras: Count


@settings
class SampleConfig:
    """The whole sample. Two equal configurations give the same bytes.

    A data set's bytes depend on the seed and its own sizes alone, not on the other sets.

    Attributes:
        seed: every picture's random numbers come from it, the data set and the picture's index.
        coco, aic, mpii, ap10k, coco_wholebody: pictures a split.
        apt36k: clips and frames.
        ochuman: pictures of its only file; None, here and below: the set is left out.
        crowdpose: pictures a split.
        interhand: moments a split, and cameras.
    """

    seed: Annotated[int, Field(ge=0)] = 0
    coco: SplitSizes = SplitSizes(train=900, val=120)
    aic: SplitSizes = SplitSizes(train=500, val=110)
    mpii: SplitSizes = SplitSizes(train=500, val=110)
    ap10k: SplitSizes = SplitSizes(train=500, val=110)
    apt36k: ClipSizes = ClipSizes(clips=50, frames=10)
    coco_wholebody: SplitSizes = SplitSizes(train=500, val=110)
    ochuman: Count | None = None
    crowdpose: ThreeSplitSizes | None = None
    interhand: ViewSizes | None = None
