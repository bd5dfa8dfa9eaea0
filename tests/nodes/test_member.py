import pytest

from vitpose_plus.engine.agent import Meeting
from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.offer import Offer
from vitpose_plus.engine.stopping import StopRequests
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.nodes.board import Board
from vitpose_plus.nodes.head_watch import HeadWatch
from vitpose_plus.nodes.member import serve
from vitpose_plus.nodes.placement import Placement
from vitpose_plus.typed_json import write_typed

SECOND = Placement("SkyPilot", "job", 1, 2, "localhost", None)


@pytest.fixture
def board(tmp_path):
    with Board(0, tmp_path / "offer.json", "job") as shown:
        yield shown


def served(port, patience=60.0):
    with StopRequests() as stop, HeadWatch(SECOND, port) as head:
        return serve(SECOND, head, stop, patience, 5.0)


@pytest.mark.parametrize("code", [0, 3, 75])
def test_a_node_ends_as_its_head_does(board, code):
    board.end(code)
    assert served(board.port) == code


def test_a_head_that_stays_away_is_waited_for_and_then_given_up(tmp_path, caplog):
    with Board(0, tmp_path / "other.json", "job") as other:
        port = other.port
    assert served(port, 1.0) == 75
    assert caplog.text.count("does not answer") == 1
    assert "silent for 1 s" in caplog.text


def test_another_jobs_head_is_as_good_as_none(tmp_path, caplog):
    with Board(0, tmp_path / "other.json", "another") as other:
        other.end(0)
        assert served(other.port, 1.0) == 75
    assert "of another job" in caplog.text


def test_no_module_of_others_is_run(board, tmp_path):
    launch = Launch(nodes=2, rendezvous="localhost:29400")
    offer = Offer(meeting=Meeting(number="1"), worker="http.server", job="{}", launch=launch)
    write_typed(offer, tmp_path / "offer.json")
    with pytest.raises(ConfigurationError, match=r"http\.server, which is none of our workers"):
        served(board.port)
