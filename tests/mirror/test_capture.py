import random
from contextlib import suppress

import pytest

from vitpose_plus.mirror import capture
from vitpose_plus.mirror.capture import Unsettled, captured
from vitpose_plus.mirror.kept import Kept


@pytest.fixture
def kept(tmp_path):
    (tmp_path / "models").mkdir()
    return Kept.of(["models"], tmp_path)


def content(found):
    return {held.version.name: held.reader().read() for held in found.held}


def test_files_are_read_whole_though_they_are_replaced_and_removed(kept, replace_file):
    top = kept.path("models")
    replace_file(top / "step_1.pt", b"1" * 100_000)
    replace_file(top / "weights", b"old")
    with captured(kept, {}) as found:
        (top / "step_1.pt").unlink()
        replace_file(top / "weights", b"new")
        assert content(found) == {"models/step_1.pt": b"1" * 100_000, "models/weights": b"old"}


@pytest.mark.parametrize(
    ("written", "taken"),
    [(b"", b""), (b"half", b""), (b"1\n2\nha", b"1\n2\n"), (b"1\n" + b"x" * 200_000, b"1\n")],
)
def test_a_journal_is_cut_to_whole_lines_and_left_alone(kept, written, taken):
    journal = kept.path("models/history.jsonl")
    journal.write_bytes(written)
    with captured(kept, {}) as found:
        journal.write_bytes(b"")
        assert content(found) == {"models/history.jsonl": taken}


def test_what_is_known_is_not_opened_again_until_it_changes(kept, replace_file):
    path = kept.path("models/weights")
    replace_file(path, b"1")
    with captured(kept, {}) as found:
        known = dict.fromkeys(found.versions)
    with captured(kept, known) as found:
        assert found.held == ()
        assert set(found.versions) == set(known)
    replace_file(path, b"2")
    with captured(kept, known) as found:
        assert content(found) == {"models/weights": b"2"}


def test_a_folder_that_never_rests_is_given_up(kept, replace_file, monkeypatch):
    replace_file(kept.path("models/weights"), b"0")
    monkeypatch.setattr(
        capture,
        "_open",
        before(capture._open, lambda: replace_file(kept.path("models/weights"), b"1")),
    )
    with pytest.raises(Unsettled), captured(kept, {}):
        pass


def before(function, action):
    def run(*arguments):
        action()
        return function(*arguments)

    return run


class Training:
    """What a training does to its folder, one change of the disk after the other."""

    def __init__(self, top):
        self.top = top
        self.states = []

    def changes(self):
        (self.top / "checkpoints").mkdir(parents=True)
        yield
        for step in range(1, 5):
            yield from self._append(f"{step}")
            yield from self._save(step)
            yield from self._append(f"score {step}")
            yield from self._replace(self.top / "checkpoints/best", f"best {step}")
        yield from self._replace(self.top / "last", "last")
        yield from self._replace(self.top / "best", "best 4")
        yield from self._write(self.top / "finished.json", "finished")
        (self.top / "checkpoints").rename(self.top / ".checkpoints.done")
        yield

    def _append(self, line):
        for part in (line, "\n"):
            with (self.top / "history.jsonl").open("a") as file:
                file.write(part)
            yield

    def _write(self, path, text):
        part = path.with_name(f".part-{path.name}")
        for end in (len(text) // 2, len(text)):
            part.write_text(text[:end])
            yield
        part.replace(path)
        yield

    def _save(self, step):
        folder = self.top / "checkpoints"
        history = (self.top / "history.jsonl").read_text()
        yield from self._write(folder / f"step_{step}.pt", f"step {step} after {history}")
        if step > 2:
            (folder / f"step_{step - 2}.pt").unlink()
            yield

    def _replace(self, folder, text):
        part, old = (folder.with_name(f".{folder.name}.{end}") for end in ("part", "old"))
        part.mkdir()
        for name in ("config.json", "weights.pt"):
            (part / name).write_text(f"{text} {name}")
            yield
        if folder.exists():
            folder.rename(old)
            yield
        part.rename(folder)
        yield
        if old.exists():
            for path in sorted(old.iterdir()):
                path.unlink()
            old.rmdir()
            yield

    def state(self, project):
        """What counts, at this moment."""
        found = {}
        for path in self.top.rglob("*"):
            name = path.relative_to(project).as_posix()
            if path.is_file() and "/." not in name:
                text = path.read_bytes()
                found[name] = text[: text.rfind(b"\n") + 1] if path.suffix == ".jsonl" else text
        return found


@pytest.mark.parametrize("seed", range(40))
def test_what_is_taken_lay_there_at_one_moment_however_the_two_alternate(
    kept, seed, monkeypatch, tmp_path
):
    numbers = random.Random(seed)
    training = Training(kept.path("models/toy"))
    changes, states = training.changes(), [{}]
    haste = numbers.choice([0.05, 0.2, 0.6])

    def go_on():
        monkeypatch.setattr("vitpose_plus.mirror.kept.Path.stat", stat)
        while numbers.random() < haste:
            with suppress(StopIteration):
                next(changes)
            states.append(training.state(kept.project))
        monkeypatch.setattr("vitpose_plus.mirror.kept.Path.stat", slow_stat)

    stat = type(tmp_path).stat

    def slow_stat(path, **how):
        go_on()
        return stat(path, **how)

    for name in ("_open", "_copy", "versions"):
        monkeypatch.setattr(capture, name, before(getattr(capture, name), go_on))
    monkeypatch.setattr("vitpose_plus.mirror.kept.Path.stat", slow_stat)
    known, taken = {}, 0
    for _ in range(40):
        with suppress(Unsettled), captured(kept, known) as found:
            files = content(found)
            known |= {held.version: files[held.version.name] for held in found.held}
            whole = {version.name: known[version] for version in found.versions}
            assert whole in states
            taken += 1
    assert taken
