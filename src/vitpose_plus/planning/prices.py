"""What a machine costs an hour: a table of offers, each with its source."""

from datetime import date
from pathlib import Path

from pydantic import Field, TypeAdapter
from pydantic import ValidationError as PydanticError

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.planning.machines import CARDS
from vitpose_plus.settings import settings


@settings
class Source:
    """Where prices were copied from.

    Attributes:
        what: the page or catalogue.
        copied: the day; what it showed may be older.
    """

    what: str
    copied: date


@settings
class Offer:
    """One kind of machine.

    Attributes:
        cloud: who rents it out.
        instance: its name there.
        gpu: a key of `machines.CARDS`.
        count: GPUs that it has.
        region: where it costs this.
        on_demand: dollars an hour, of the whole machine.
        spot: the same, of a machine that may be taken away; None: not offered, or not known.
        network_gbits: that NCCL gets through to another like it over TCP, as the shipped image
            speaks; None: not known, so one node alone.
        efa_gbits: the same with AWS's EFA and its plugin.
        source: a key of the table's sources.
    """

    cloud: str
    instance: str
    gpu: str
    count: int = Field(ge=1)
    region: str
    on_demand: float = Field(gt=0)
    spot: float | None = Field(default=None, gt=0)
    network_gbits: float | None = Field(default=None, gt=0)
    efa_gbits: float | None = Field(default=None, gt=0)
    source: str


@settings
class PriceTable:
    """All that is known of prices.

    Attributes:
        sources: by their names.
        offers: the machines.
    """

    sources: dict[str, Source]
    offers: tuple[Offer, ...]


def read_prices(path: Path) -> PriceTable:
    """The table of a YAML file.

    Raises:
        ConfigurationError: it is missing, or says what the table has no place for.
    """
    import yaml

    if not path.is_file():
        raise ConfigurationError(
            f"{path}: no such table of prices. Run this in the project's folder, name a table by "
            "--prices, or a GPU-hour's price by --price"
        )
    try:
        table = TypeAdapter(PriceTable).validate_python(yaml.safe_load(path.read_text()))
    except (PydanticError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{path} is no table of prices: {error}") from error
    for offer in table.offers:
        if offer.gpu not in CARDS or offer.source not in table.sources:
            raise ConfigurationError(
                f"{path}, {offer.cloud} {offer.instance}: gpu {offer.gpu!r} is one of "
                f"{', '.join(CARDS)}, and source {offer.source!r} of {', '.join(table.sources)}"
            )
    return table


def offers_of(table: PriceTable, gpu: str, count: int | None, cloud: str | None) -> list[Offer]:
    """The machines with this GPU.

    Args:
        table: where to look.
        gpu: its name.
        count: that the machine has; None: the most that any has.
        cloud: whose; None: anyone's.

    Raises:
        ConfigurationError: there is none; the message lists what there is.
    """
    same = [o for o in table.offers if o.gpu == gpu and cloud in {None, o.cloud}]
    wanted = count or max((offer.count for offer in same), default=0)
    if found := [offer for offer in same if offer.count == wanted]:
        return found
    known = sorted({f"{o.gpu.lower()}:{o.count} ({o.cloud})" for o in table.offers})
    of_whom = f" of {cloud}" if cloud else ""
    raise ConfigurationError(
        f"no price of {gpu.lower()}{f':{count}' if count else ''}{of_whom} is known: give --price, "
        f"dollars a GPU-hour. Known are {', '.join(known)}"
    )
