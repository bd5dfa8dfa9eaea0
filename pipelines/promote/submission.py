"""A model, its evaluation and where it comes from, into the registry as a version to be judged."""

import logging
import time
from dataclasses import replace

from pipelines.evaluate.held_out import DETECTED, KEPT, REPORT
from pipelines.evaluation_parameters import Evaluation
from pipelines.following import metric_name
from pipelines.parameters import Data, Experiment, Promotion
from pipelines.promote.card import render_card
from pipelines.promote.evidence import Evidence
from pipelines.promote.provenance import trace
from pipelines.promote.record import HEARTBEAT, OWNER, RUN, Version
from pipelines.promote.registry import Registry
from pipelines.promote.ticket import LOOK, Watch, end_run
from pipelines.tracking import log_file, log_files, log_scores
from pipelines.train_vitpose_plus.nodes import store_model

log = logging.getLogger(__name__)

EVALUATION = "evaluation"  # Of the run's artifacts.
CARD = "model_card.md"


def submit(
    registry: Registry,
    evidence: Evidence,
    owner: str,
    experiment: Experiment,
    data: Data,
    evaluation: Evaluation,
    promotion: Promotion,
) -> Version:
    """Log the model and its evaluation in the open run, then register it.

    Killed before its last line, this leaves a run that nothing refers to.
    """
    import mlflow

    origin = trace(evidence, data.tables)
    card = render_card(promotion.card, registry.name, evidence, origin)
    mlflow.log_text(card, CARD)
    _log_evaluation(evidence)
    first = evidence.tasks[0]
    logged = store_model(
        str(evidence.weights),
        data,
        replace(experiment, tasks=evidence.tasks),
        replace(evaluation, split=evidence.scored.sets[first].split),
    )
    tags = {
        **evidence.submission.tags(),
        **origin.tags(),
        **_figures(evidence),
        RUN: owner,
        OWNER: owner,
        HEARTBEAT: "",
    }
    version = registry.register(f"models:/{logged}", owner, tags, card)
    log.info("%s: registered as version %d", registry.name, version.number)
    return version


def take_over(
    registry: Registry, evidence: Evidence, owner: str, patience: float
) -> Version | None:
    """The open version of this very submission, ours from now on, if its promotion has died.

    While that lives this waits, for its answer will be ours.

    Returns:
        None where there is no open version of it (any more).
    """
    watch, told = Watch(patience), False
    while True:
        ours = evidence.submission
        same = [
            one for one in registry.record().versions if one.undecided and one.submission == ours
        ]
        if not same:
            return None
        (first, *_) = same
        if not told:
            log.info("version %d has the same weights and is open: is it alive?", first.number)
            told = True
        if watch.silent(first):
            log.warning("version %d was left undecided and is taken over", first.number)
            end_run(registry, first.tags[OWNER])
            registry.tag(first.number, {OWNER: owner})
            return first
        time.sleep(LOOK)


def _log_evaluation(evidence: Evidence) -> None:
    for path in sorted(evidence.reports.glob("*.json")):
        log_file(path, EVALUATION)
    for folder in (KEPT, REPORT, DETECTED):
        if (evidence.reports / folder).is_dir():
            log_files(evidence.reports / folder, f"{EVALUATION}/{folder}")
    for task in evidence.tasks:
        of_task = evidence.figures[task]["model"]
        log_scores("challenger", task, {k: v for k, v in of_task.items() if v is not None})


def _figures(evidence: Evidence) -> dict[str, str]:
    """Each task's main figure, as a tag of the version."""
    found = {}
    for task in evidence.tasks:
        figure = evidence.figures[task]["figure"]
        value = evidence.figures[task]["model"].get(figure)
        found[metric_name(f"{figure}_{task}")] = "n/a" if value is None else f"{value:.6f}"
    return found
