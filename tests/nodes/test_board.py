import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from vitpose_plus.engine.config import Launch
from vitpose_plus.engine.offer import OFFER, offered
from vitpose_plus.errors import ConfigurationError
from vitpose_plus.nodes.board import Board, Notice, read_board

LAUNCH = Launch(processes=2, nodes=2, rendezvous="10.0.0.4:29400")


@pytest.fixture
def board(tmp_path):
    with Board(0, tmp_path / "offer.json", "job") as shown:
        yield shown


def read(board, rank=1, state="here", job="job"):
    return read_board("localhost", board.port, job, rank, state)


@pytest.fixture
def job(tmp_path, monkeypatch):
    """A training's settings; what is offered goes to the board of this test."""
    monkeypatch.setenv(OFFER, str(tmp_path / "offer.json"))
    path = tmp_path / "job.json"
    path.write_text('{"seed": 3}')
    return path


def test_a_training_is_shown_while_it_lasts(board, job):
    assert read(board) == Notice()
    with offered("vitpose_plus.training.worker", job, LAUNCH) as meeting:
        assert meeting.number
        offer = read(board).offer
        assert (offer.worker, offer.job) == ("vitpose_plus.training.worker", '{"seed": 3}')
        assert offer.launch == LAUNCH
    assert read(board) == Notice()
    with offered("vitpose_plus.training.worker", job, LAUNCH):
        again = read(board).offer
    assert again.number != offer.number


def test_nothing_is_offered_without_a_board_or_to_nobody(job, monkeypatch):
    with offered("vitpose_plus.training.worker", job, Launch(processes=2)) as meeting:
        assert not meeting.number
    monkeypatch.delenv(OFFER)
    with offered("vitpose_plus.training.worker", job, LAUNCH) as meeting:
        assert not meeting.number


def test_the_end_is_shown_instead_and_who_has_read_it_is_known(board, job):
    with offered("vitpose_plus.training.worker", job, LAUNCH):
        board.end(75)
        assert board.untold({1, 2}) == {1, 2}
        assert read(board) == Notice(ended=75)
        assert board.untold({1, 2}) == {2}


def test_what_nodes_say_of_themselves_is_kept(board):
    read(board, 1)
    read(board, 2, "stopping")
    read(board, 1, "failed")
    assert board.said == {1: "failed", 2: "stopping"}


def test_who_was_here_and_reads_no_more_is_gone(board):
    began = time.monotonic()
    assert board.gone({1, 2}, 0.0) == set()
    read(board, 1)
    time.sleep(0.01)
    assert board.gone({1, 2}, 0.0) == {1}
    assert board.gone({1, 2}, 60.0) == set()
    assert board.silent({1, 2}, began) == {2}


def test_another_jobs_nodes_are_not_answered(board):
    with pytest.raises(ConnectionError, match="of another job"):
        read(board, job="other")
    assert board.said == {}


@pytest.mark.parametrize("path", ["/", "/job", "/job/one/here", "/job/1/lost", "/job/../etc"])
def test_a_page_that_is_not_there_is_not_found(board, path):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://localhost:{board.port}{path}")


def test_a_taken_port_is_named(board, tmp_path):
    with pytest.raises(ConfigurationError, match=f"port {board.port} .* --port"):
        Board(board.port, tmp_path / "other.json", "job")


def test_something_else_that_answers_is_no_head():
    with socket.create_server(("localhost", 0)) as server:

        def answer():
            connection, _ = server.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n<html>")
            connection.close()

        threading.Thread(target=answer).start()
        with pytest.raises(ConfigurationError, match="does not show"):
            read_board("localhost", server.getsockname()[1], "job", 1, "here")
