"""Nodes: collect what is known of a model, and promote it if the policy holds."""

from pathlib import Path

from pipelines.evaluate.target import Target
from pipelines.evaluation_parameters import Evaluation
from pipelines.parameters import Data, Experiment, Promotion
from pipelines.promote.evidence import Evidence, check_test_data, read_evidence
from pipelines.promote.judging import Judging
from pipelines.promote.outcome import Outcome, publish, standing_answer
from pipelines.promote.policy import read_policy
from pipelines.promote.registry import needed_run, open_registry
from pipelines.promote.submission import submit, take_over
from pipelines.promote.ticket import alive


def collect_evidence(target: Target, data: Data) -> Evidence:
    """What the model's evaluation left, made sure to be of these weights and today's test data.

    Raises:
        ConfigurationError: it is not.
    """
    evidence = read_evidence(Path(target.weights), target.reports)
    check_test_data(evidence, data)
    return evidence


def promote_model(
    evidence: Evidence,
    experiment: Experiment,
    data: Data,
    evaluation: Evaluation,
    promotion: Promotion,
    seed: int,
) -> Outcome:
    """Register the model, judge it, and let the aliases follow.

    What killed promotions left is put in order first. A refusal is an answer, not an error.
    """
    owner = needed_run()
    policy = read_policy(promotion.policy, data.datasets)
    registry = open_registry(promotion.registered_model)
    registry.settle()
    judging = Judging(registry, evidence, data, policy, seed)
    version = take_over(registry, evidence, owner, policy.patience)
    outcome = None
    if version is None:
        record = registry.record()
        question = judging.question(record.champion)
        outcome = standing_answer(registry.name, record, evidence.submission, question)
    if outcome is None:
        version = version or submit(
            registry, evidence, owner, experiment, data, evaluation, promotion
        )
        with alive(registry, version.number, owner):
            outcome = judging.decide(version.number, owner)
        registry.settle()
    publish(outcome)
    return outcome
