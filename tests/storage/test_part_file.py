import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vitpose_plus.storage.part_file import PartFile, discard


def test_ranges_in_any_order_become_the_file(tmp_path):
    with PartFile(tmp_path / "a", "v1", 10) as part:
        for span in ((6, 10), (0, 3), (3, 6)):
            part.write(bytes(range(*span)), span[0])
            part.record(span)
        part.finish()
    assert (tmp_path / "a").read_bytes() == bytes(range(10))
    assert not (tmp_path / "a.part").exists()


def test_a_later_run_misses_what_was_not_recorded(tmp_path):
    with PartFile(tmp_path / "a", "v1", 100) as part:
        part.write(b"x" * 30, 20)
        part.record((20, 50))
        part.write(b"y" * 10, 90)
    with PartFile(tmp_path / "a", "v1", 100) as part:
        assert part.received == 30
        assert part.missing(30) == [(0, 20), (50, 80), (80, 100)]


@pytest.mark.parametrize(("version", "size"), [("v2", 100), ("v1", 99)])
def test_another_version_or_size_begins_anew(tmp_path, version, size):
    with PartFile(tmp_path / "a", "v1", 100) as part:
        part.record((0, 50))
    with PartFile(tmp_path / "a", version, size) as part:
        assert part.missing(1000) == [(0, size)]
    assert (tmp_path / "a.part").stat().st_size == size


@pytest.mark.parametrize("state", ["", "[]", "{}", '{"done": 3}', '{"done": [[0]]}', "\xff"])
def test_a_state_that_cannot_be_read_begins_anew(tmp_path, state):
    with PartFile(tmp_path / "a", "v1", 100) as part:
        part.record((0, 50))
    (tmp_path / "a.ranges.json").write_text(state, encoding="latin-1")
    with PartFile(tmp_path / "a", "v1", 100) as part:
        assert part.received == 0


def test_a_state_without_its_file_begins_anew(tmp_path):
    with PartFile(tmp_path / "a", "v1", 100) as part:
        part.record((0, 50))
    (tmp_path / "a.part").unlink()
    with PartFile(tmp_path / "a", "v1", 100) as part:
        assert part.received == 0


def test_a_kill_between_the_last_range_and_the_renaming_loses_nothing(tmp_path):
    with PartFile(tmp_path / "a", "v1", 4) as part:
        part.write(b"data", 0)
        part.record((0, 4))
    with PartFile(tmp_path / "a", "v1", 4) as part:
        assert part.missing(10) == []
        part.finish()
    assert (tmp_path / "a").read_bytes() == b"data"


def test_discarding_leaves_nothing(tmp_path):
    with PartFile(tmp_path / "a", "v1", 4) as part:
        part.record((0, 4))
        part.finish()
    discard(tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted).map(tuple))


@settings(max_examples=40, deadline=None)
@given(spans=spans, part_bytes=st.integers(1, 70))
def test_what_has_come_and_what_is_missing_are_the_whole_file(tmp_path_factory, spans, part_bytes):
    folder = tmp_path_factory.mktemp("part")
    with PartFile(folder / "a", "v1", 60) as part:
        for span in spans:
            part.record(span)
        missing = part.missing(part_bytes)
    come = {byte for span in spans for byte in range(*span)}
    lacking = [byte for span in missing for byte in range(*span)]
    assert len(lacking) == len(set(lacking))
    assert set(lacking) == set(range(60)) - come
    assert all(stop - start <= part_bytes for start, stop in missing)
    done = json.loads((folder / "a.ranges.json").read_text())["done"]
    assert sum(stop - start for start, stop in done) == len(come)
