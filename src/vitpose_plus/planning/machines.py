"""Graphics cards as a plan sees them: arithmetic, memory, and the wires between them."""

from collections.abc import Mapping
from dataclasses import dataclass

from vitpose_plus.engine.config import Precision
from vitpose_plus.engine.speed import FLOAT16_ONLY, TERAFLOPS, peak_of
from vitpose_plus.errors import ConfigurationError

GIGABIT = 1e9 / 8  # bytes


@dataclass(frozen=True)
class Card:
    """By NVIDIA's data sheets.

    Attributes:
        gigabytes: of memory, as sold; a decimal GB each.
        link: GB/s that it sends to the others of its node while it receives as much: half of
            what a data sheet calls NVLink's bandwidth, or one direction of PCIe.
    """

    gigabytes: int
    link: float


CARDS: Mapping[str, Card] = {
    "B200": Card(180, 900),
    "H200": Card(141, 450),
    "H100": Card(80, 450),
    "A100-80GB": Card(80, 300),
    "A100": Card(40, 300),
    "L40S": Card(48, 32),
    "A10G": Card(24, 32),
    "L4": Card(24, 32),
    "V100": Card(16, 150),
    "T4": Card(16, 16),
}


def card(name: str) -> tuple[str, Card]:
    """A card by its name in any case, and the name as it is written here.

    Raises:
        ConfigurationError: it is none of them; the message lists them.
    """
    known = {each.lower(): each for each in CARDS}
    if name.lower() not in known:
        raise ConfigurationError(f"no GPU {name!r} is known here, but {', '.join(CARDS)}")
    found = known[name.lower()]
    return found, CARDS[found]


def peak(name: str) -> float:
    """FLOP/s of a card in the half precision that it has: what an MFU is a share of."""
    family = name.partition("-")[0]
    precision: Precision = "16-mixed" if family in FLOAT16_ONLY else "bf16-mixed"
    found = peak_of(name, precision)
    assert found is not None and family in TERAFLOPS
    return found
