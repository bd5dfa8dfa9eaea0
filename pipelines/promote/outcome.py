"""What became of a promotion: told in the terminal, in the run and on the version."""

from pydantic import TypeAdapter

from pipelines.promote.judgement import Rule, render_rules
from pipelines.promote.record import WITHDRAWN, Decision, Record, Submission
from vitpose_plus.settings import settings

FILE = "promotion.json"


@settings
class Outcome:
    """The answer; a refusal is one, too.

    Attributes:
        model: the registered model's name.
        version: the judged version; None: these weights were answered for before.
        decision: whether it is champion now.
        against: the champion that it was judged against; None: there was none.
        reasons: why, in a line.
        rules: the policy's, as they were found.
    """

    model: str
    version: int | None
    decision: Decision
    against: int | None
    reasons: str
    rules: tuple[Rule, ...] = ()


def standing_answer(
    name: str, record: Record, submission: Submission, question: str
) -> Outcome | None:
    """What the record already says of these weights; None where they are to be judged.

    Args:
        name: the registered model's.
        record: with no open version of the same submission.
        submission: what is to be promoted.
        question: champion, test data and policy; see `Judging.question`.
    """
    champion = record.champion
    against = None if champion is None else champion.number
    if champion is not None and champion.submission == submission:
        said = f"a tie: champion version {against} has the same weights, on the same test data"
        return Outcome(model=name, version=None, decision="refused", against=against, reasons=said)
    for version in reversed(record.versions):
        if not version.submission.same_model(submission):
            continue
        said = ""
        if version.withdrawn:
            said = (
                f"the same weights were withdrawn as version {version.number} "
                f"({version.tags[WITHDRAWN]})"
            )
        elif version.refused_for(question):
            said = f"the same weights were refused as version {version.number}: {version.reasons}"
        if said:
            said += f". To have them judged anew, delete version {version.number}"
            return Outcome(
                model=name, version=None, decision="refused", against=against, reasons=said
            )
    return None


def publish(outcome: Outcome) -> None:
    """Print it and keep it in the open run."""
    import mlflow

    mlflow.log_text(TypeAdapter(Outcome).dump_json(outcome, indent=2).decode(), FILE)
    mlflow.set_tags(
        {"promotion.decision": outcome.decision, "promotion.reasons": outcome.reasons[:5000]}
    )
    if outcome.rules:
        print(f"\n{render_rules(outcome.rules)}")
    which = "not registered" if outcome.version is None else f"version {outcome.version}"
    print(f"\n{outcome.model}, {which}: {outcome.decision}. {outcome.reasons}\n")
