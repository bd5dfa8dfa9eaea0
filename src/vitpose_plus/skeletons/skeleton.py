"""What a keypoint set is: names, left/right twins, limbs, OKS sigmas."""

from pydantic import model_validator

from vitpose_plus.settings import settings


@settings
class Skeleton:
    """A named, ordered keypoint set. Everything refers to keypoints by name, so order is safe.

    Attributes:
        name: what the set is called.
        keypoints: K names in index order.
        twins: (left, right) pairs, exchanged when a picture is mirrored.
        limbs: pairs to draw a line between.
        sigmas: K OKS fall-offs (Ronchi and Perona 2017), in units of the root of the area.
        upper_body: the keypoints that half-body augmentation calls upper (ViTPose: mmpose's
            `upper_body_ids`); the others are lower.
        torso: the two ends of the torso, PCK's unit of length, where the set has one.
    """

    name: str
    keypoints: tuple[str, ...]
    twins: tuple[tuple[str, str], ...]
    limbs: tuple[tuple[str, str], ...]
    sigmas: tuple[float, ...]
    upper_body: tuple[str, ...] = ()
    torso: tuple[str, str] | None = None

    @model_validator(mode="after")
    def _check(self) -> "Skeleton":
        if len(set(self.keypoints)) != len(self.keypoints):
            raise ValueError(f"skeleton {self.name}: a keypoint name stands twice")
        if len(self.sigmas) != len(self.keypoints):
            raise ValueError(
                f"skeleton {self.name}: {len(self.sigmas)} sigmas "
                f"for {len(self.keypoints)} keypoints"
            )
        if not all(sigma > 0 for sigma in self.sigmas):
            raise ValueError(f"skeleton {self.name}: sigmas must be above zero")
        used = {n for pair in (*self.twins, *self.limbs) for n in pair}
        used |= set(self.upper_body) | set(self.torso or ())
        if unknown := sorted(used - set(self.keypoints)):
            raise ValueError(f"skeleton {self.name}: unknown keypoints {', '.join(unknown)}")
        mirrored = [n for pair in self.twins for n in pair]
        if len(set(mirrored)) != len(mirrored):
            raise ValueError(f"skeleton {self.name}: a keypoint has two twins")
        return self

    def __len__(self) -> int:
        return len(self.keypoints)

    def index(self, name: str) -> int:
        """Index of a keypoint by name."""
        return self.keypoints.index(name)

    def flip_index(self) -> list[int]:
        """K indices: `points[flip_index]` are the mirrored picture's points."""
        other = dict(self.twins) | {right: left for left, right in self.twins}
        return [self.index(other.get(name, name)) for name in self.keypoints]

    def limb_index(self) -> list[tuple[int, int]]:
        """Limbs as pairs of indices."""
        return [(self.index(a), self.index(b)) for a, b in self.limbs]

    def upper_mask(self) -> list[bool]:
        """K flags: does the keypoint belong to the upper body."""
        upper = set(self.upper_body)
        return [name in upper for name in self.keypoints]


def left_right_twins(keypoints: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pair every `left_…` with its `right_…`."""
    names = set(keypoints)
    pairs = ((n, "right_" + n.removeprefix("left_")) for n in keypoints if n.startswith("left_"))
    return tuple(pair for pair in pairs if pair[1] in names)
