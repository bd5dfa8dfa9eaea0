"""A version judged when its turn has come, and the decision written where all can read it."""

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pipelines.parameters import Data
from pipelines.promote.evidence import Evidence, obstacles, read_evidence
from pipelines.promote.gain import Gains, measure_gains
from pipelines.promote.judgement import (
    Rule,
    judge_against,
    judge_first,
    judge_incomparable,
    reasons,
    renewal,
    tie,
)
from pipelines.promote.latency import measure_latency
from pipelines.promote.outcome import Outcome
from pipelines.promote.policy import Policy
from pipelines.promote.record import (
    AGAINST,
    DECISION,
    QUESTION,
    REASONS,
    RUN,
    Decision,
    Version,
)
from pipelines.promote.registry import Registry
from pipelines.promote.submission import EVALUATION
from pipelines.promote.ticket import check_ours, wait_for_turn
from pipelines.tracking import fetch_model
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Judging:
    """What a version is judged with.

    Attributes:
        registry: where it is registered.
        evidence: what is known of it.
        data: the test data.
        policy: the rules.
        seed: of the bootstrap's draws.
    """

    registry: Registry
    evidence: Evidence
    data: Data
    policy: Policy
    seed: int

    def question(self, champion: Version | None) -> str:
        """What is asked: the same question of the same weights has the same answer."""
        rules = hashlib.sha256(repr(self.policy).encode()).hexdigest()
        against = 0 if champion is None else champion.number
        return f"against {against}, data {self.evidence.submission.test_data}, policy {rules}"

    def decide(self, number: int, owner: str) -> Outcome:
        """Wait for the version's turn, judge it, and write the decision.

        Args:
            number: the version's.
            owner: the run that judges it.

        Raises:
            ConfigurationError: others have given the version up or taken it over.
        """
        champion, rules = self._judge_in_turn(number, owner)
        decision: Decision = "promoted" if all(rule.held for rule in rules) else "refused"
        against = None if champion is None else champion.number
        said = reasons(rules) or "the first champion"
        told = {AGAINST: str(against or ""), QUESTION: self.question(champion), REASONS: said}
        # The decision comes last: with it the version counts, with all that is told of it.
        self.registry.tag(number, {**told, DECISION: decision})
        check_ours(self.registry.record(), number, owner)
        return Outcome(
            model=self.registry.name,
            version=number,
            decision=decision,
            against=against,
            reasons=said,
            rules=tuple(rules),
        )

    def _judge_in_turn(self, number: int, owner: str) -> tuple[Version | None, list[Rule]]:
        """The champion, and the rules against this very one."""
        while True:
            wait_for_turn(self.registry, number, self.policy.patience)
            champion = self.registry.settle().champion
            rules = self._judge(champion)
            record = self.registry.record()
            check_ours(record, number, owner)
            now = record.champion
            if (now and now.number) == (champion and champion.number) and not record.before(number):
                return champion, rules
            log.warning("another champion came while version %d was judged: again", number)

    def _judge(self, champion: Version | None) -> list[Rule]:
        ours, budget = self.evidence, self.policy.latency
        if champion is None:
            return judge_first(measure_latency(ours.weights, None, budget), self.policy)
        if champion.submission == ours.submission:
            return [tie(champion.number)]
        if champion.submission.same_model(ours.submission):
            alone = judge_first(measure_latency(ours.weights, None, budget), self.policy)
            return [renewal(champion.number), *alone]
        with TemporaryDirectory() as folder:
            theirs = _champion_evidence(self.registry, champion, Path(folder))
            latency = measure_latency(ours.weights, theirs.weights, budget)
            if differing := obstacles(theirs, ours):
                return judge_incomparable(differing, latency, self.policy)
            return judge_against(self._gains(theirs), latency, self.policy)

    def _gains(self, champion: Evidence) -> Gains:
        """Over the champion, on its tasks."""
        both = (champion, self.evidence)
        evaluations = (one.evaluations(self.data, champion.tasks) for one in both)
        pairs = list(zip(*evaluations, strict=True))
        return measure_gains(pairs, resamples=self.policy.resamples, seed=self.seed)


def _champion_evidence(registry: Registry, champion: Version, folder: Path) -> Evidence:
    """The champion's weights and what its promotion kept of its evaluation."""
    import mlflow
    from mlflow.exceptions import MlflowException

    run = champion.tags[RUN]
    try:
        reports = mlflow.artifacts.download_artifacts(
            run_id=run, artifact_path=EVALUATION, dst_path=str(folder)
        )
    except (MlflowException, OSError) as error:
        raise ConfigurationError(
            f"{registry.name}: the evaluation of champion version {champion.number} cannot be "
            f"brought from its run {run}: {error}"
        ) from error
    weights = fetch_model(f"models:/{registry.name}/{champion.number}", folder / "model")
    return read_evidence(weights, Path(reports))
