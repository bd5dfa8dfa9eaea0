from pathlib import Path

import pytest
import yaml

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.planning.machines import CARDS, card, peak
from vitpose_plus.planning.prices import offers_of, read_prices

TABLE = Path(__file__).parents[2] / "conf" / "prices.yml"


@pytest.fixture
def spoilt(tmp_path):
    """The project's table with a change."""

    def change(apply):
        content = yaml.safe_load(TABLE.read_text())
        apply(content)
        (tmp_path / "prices.yml").write_text(yaml.safe_dump(content))
        return tmp_path / "prices.yml"

    return change


def test_the_projects_table_is_valid_and_its_figures_plausible():
    table = read_prices(TABLE)
    assert {"aws", "lambda", "nebius"} <= {offer.cloud for offer in table.offers}
    assert len({(o.cloud, o.instance) for o in table.offers}) == len(table.offers)
    for offer in table.offers:
        assert 0.3 < offer.on_demand / offer.count < 20
        assert offer.spot is None or offer.spot < offer.on_demand
        assert offer.source in table.sources


@pytest.mark.parametrize("name", CARDS)
def test_every_card_has_a_peak(name):
    assert 5e13 < peak(name) < 3e15


def test_a_card_is_found_in_any_case_and_an_unknown_one_lists_the_known():
    assert card("h100")[0] == "H100"
    assert card("a100-80gb")[0] == "A100-80GB"
    with pytest.raises(ConfigurationError, match=r"'K80'.*B200, H200, H100"):
        card("K80")


def test_offers_are_all_clouds_or_one():
    table = read_prices(TABLE)
    both = offers_of(table, "H100", 8, None)
    assert {offer.cloud for offer in both} == {"aws", "lambda", "nebius"}
    assert [o.instance for o in offers_of(table, "H100", None, "aws")] == ["p5.48xlarge"]
    assert {offer.count for offer in offers_of(table, "H100", 1, None)} == {1}


def test_a_number_without_a_price_lists_what_there_is():
    with pytest.raises(ConfigurationError, match=r"h100:3 of aws.*--price.*l4:8 \(aws\)"):
        offers_of(read_prices(TABLE), "H100", 3, "aws")


def test_plain_tcp_is_the_network_and_efa_is_beside_it():
    for offer in read_prices(TABLE).offers:
        assert (offer.network_gbits is None) == (offer.efa_gbits is None)
        if offer.network_gbits is not None and offer.efa_gbits is not None:
            assert offer.network_gbits <= 100 / 2  # NCCL's sockets fill no interface of 100
            assert offer.efa_gbits > offer.network_gbits


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c["offers"][0].update(gpu="K80"), "p4d.24xlarge: gpu 'K80' is one of"),
        (lambda c: c["offers"][0].update(source="hearsay"), "source 'hearsay' of aws"),
        (lambda c: c["offers"][0].update(prize=1), "prize"),
        (lambda c: c["offers"][0].update(on_demand=-1), "on_demand"),
    ],
)
def test_a_table_that_says_something_else_is_refused(spoilt, change, said):
    with pytest.raises(ConfigurationError, match=said):
        read_prices(spoilt(change))


def test_a_missing_table_says_what_to_give(tmp_path):
    with pytest.raises(ConfigurationError, match="--price"):
        read_prices(tmp_path / "none.yml")
