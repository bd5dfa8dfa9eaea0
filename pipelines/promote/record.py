"""Who is champion, as the versions' own tags tell it: the record that the aliases follow from.

MLflow cannot set an alias on condition, so aliases alone could be won by two. Each tag here has one
writer, is written once, and is read back; what follows from them is the same for every reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

OWNER = "promotion.owner"
"""Id of the run that judges the version; a version without it is none of ours."""
HEARTBEAT = "promotion.heartbeat"
DECISION = "promotion.decision"
REASONS = "promotion.reasons"
QUESTION = "promotion.question"
ABANDONED = "promotion.abandoned"
WITHDRAWN = "promotion.withdrawn"
AGAINST = "promotion.against"
RUN = "promotion.run"
"""Id of the run that holds the version's evaluation."""
WEIGHTS, CONFIG, TEST_DATA = "weights_sha256", "config_sha256", "test_data_version"

Decision = Literal["promoted", "refused"]
PROMOTED, REFUSED = "promoted", "refused"


@dataclass(frozen=True)
class Submission:
    """What makes two versions the same question: checksums of weights, configuration, test data."""

    weights: str
    config: str
    test_data: str

    def tags(self) -> dict[str, str]:
        """As a version carries them."""
        return {WEIGHTS: self.weights, CONFIG: self.config, TEST_DATA: self.test_data}

    def same_model(self, other: "Submission") -> bool:
        """Whether the weights and what reads them are the same."""
        return (self.weights, self.config) == (other.weights, other.config)


@dataclass(frozen=True)
class Version:
    """A registered version that went through, or goes through, `promote`."""

    number: int
    tags: Mapping[str, str]

    @property
    def submission(self) -> Submission:
        """What was registered."""
        return Submission(*(self.tags.get(name, "") for name in (WEIGHTS, CONFIG, TEST_DATA)))

    @property
    def undecided(self) -> bool:
        """Whether somebody is still judging it, or died at it."""
        return DECISION not in self.tags and ABANDONED not in self.tags

    @property
    def promoted(self) -> bool:
        """Whether it was let in and still stands."""
        # Abandoned counts more: a promotion that was given up for dead may still have decided.
        return self.tags.get(DECISION) == PROMOTED and not self.tags.keys() & {ABANDONED, WITHDRAWN}

    @property
    def refused(self) -> bool:
        """Whether it was judged and not let in."""
        return self.tags.get(DECISION) == REFUSED and ABANDONED not in self.tags

    @property
    def withdrawn(self) -> bool:
        """Whether it was champion and `rollback` took it back."""
        return WITHDRAWN in self.tags and ABANDONED not in self.tags

    @property
    def reasons(self) -> str:
        """Why it was decided so, in a line."""
        return self.tags.get(REASONS, "")

    def refused_for(self, question: str) -> bool:
        """Whether this very question was asked, and the answer was no."""
        return self.refused and self.tags.get(QUESTION) == question

    @property
    def life(self) -> str:
        """Changes as long as its promotion lives."""
        return f"{self.tags[OWNER]} {self.tags.get(HEARTBEAT, '')}"


@dataclass(frozen=True)
class Record:
    """All of a model's versions that are ours, by number.

    The numbers are the turns: MLflow gives each once, and a version is decided only after all
    before it. So the last one that was promoted and stands is champion.
    """

    versions: tuple[Version, ...]

    @property
    def standing(self) -> list[Version]:
        """Those that were promoted and not withdrawn, the champion last."""
        return [one for one in self.versions if one.promoted]

    @property
    def champion(self) -> Version | None:
        """The last one that was promoted and not withdrawn."""
        return next(reversed(self.standing), None)

    @property
    def former_champion(self) -> Version | None:
        """Whom `rollback` brings back: the last of another model than the champion.

        The champion's own model stands behind it where it was only scored on new test data.
        """
        standing = self.standing[::-1]
        others = (one for one in standing if not one.submission.same_model(standing[0].submission))
        return next(others, None)

    @property
    def challenger(self) -> Version | None:
        """Whose turn it is; else the last that was refused since the champion came."""
        undecided = [one for one in self.versions if one.undecided]
        since = self.champion.number if self.champion else 0
        refused = [one for one in self.versions if one.refused and one.number > since]
        return next(iter(undecided + refused[::-1]), None)

    def before(self, number: int) -> list[Version]:
        """The undecided ones whose turn comes first."""
        return [one for one in self.versions if one.undecided and one.number < number]

    def numbered(self, number: int) -> Version | None:
        """The version of this number; None where there is none (any more)."""
        return {one.number: one for one in self.versions}.get(number)

    def aliases(self) -> dict[str, int | None]:
        """What each alias should point to; None: to nothing."""
        named = {
            "champion": self.champion,
            "former_champion": self.former_champion,
            "challenger": self.challenger,
        }
        return {alias: None if one is None else one.number for alias, one in named.items()}
