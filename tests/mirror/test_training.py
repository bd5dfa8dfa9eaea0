"""A real training, killed while it is mirrored, goes on elsewhere as if nothing had been."""

import multiprocessing
import random
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from vitpose_plus.mirror.capture import Unsettled, captured
from vitpose_plus.mirror.kept import Kept
from vitpose_plus.mirror.mirroring import mirroring
from vitpose_plus.mirror.restore import restore

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
import toy_training
from toy_training import outcome

CHANGES = {"epochs": 12, "checkpoint_every": 2, "ema": 0.9}
STEPS = 72


@pytest.fixture(scope="module")
def train():
    """Begin the toy training in a process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["vitpose_plus.engine.optimise", "torch._dynamo"])

    def start(folder, fault=None):
        arguments = (folder, CHANGES, fault or {}, "toy")
        process = context.Process(target=toy_training.work, args=arguments)
        process.start()
        return process

    return start


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_training_killed_again_and_again_ends_on_empty_disks_as_one_that_was_not(
    train, tmp_path, make_store, seed, caplog
):
    whole = train(tmp_path / "whole/models/toy")
    whole.join(120)
    numbers, store = random.Random(seed), make_store(period=0.02)
    for life in range(30):
        project = tmp_path / f"life-{life}"
        restore(store, ["models"], project=project, progress=False)
        with mirroring(store, ["models"], project=project) as mirror:
            last = life >= 6
            process = train(
                project / "models/toy", None if last else {"kill_at": numbers.randint(1, STEPS)}
            )
            if life % 3 == 2 and not last:
                # The whole machine goes, at any moment: what was under way stays half.
                time.sleep(numbers.uniform(0.1, 1.5))
                mirror._halt.set()
                mirror._ending.set()
                mirror.join()
                process.kill()
                mirror.end = lambda deadline: None
            process.join(120)
        if process.exitcode == 0:
            break
    final = tmp_path / "final"
    restore(store, ["models"], project=final, progress=False)
    assert outcome(final / "models/toy") == outcome(tmp_path / "whole/models/toy")
    # It counts as finished there too.
    again = train(final / "models/toy", {"kill_at": 1})
    again.join(120)
    assert again.exitcode == 0


@pytest.mark.slow
def test_a_training_goes_on_to_the_same_end_from_whatever_was_captured(train, tmp_path):
    whole = train(tmp_path / "whole/models/toy")
    whole.join(120)
    kept = Kept.of(["models"], tmp_path / "here")
    process, copies = train(kept.path("models/toy")), []
    while process.is_alive():
        with suppress(Unsettled), captured(kept, {}) as found:
            copies.append(tmp_path / f"copy-{len(copies)}")
            for held in found.held:
                target = copies[-1] / held.version.name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    shutil.copyfileobj(held.reader(), file)
    assert process.exitcode == 0
    assert len(copies) > 30
    wanted = outcome(tmp_path / "whole/models/toy")
    # Of the end, when much is renamed, more than of the rest.
    for copy in [*copies[: -6 : len(copies) // 6], *copies[-6:]]:
        went_on = train(copy / "models/toy")
        went_on.join(120)
        assert went_on.exitcode == 0, sorted(copy.rglob("*"))
        assert outcome(copy / "models/toy") == wanted
