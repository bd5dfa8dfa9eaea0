"""MLflow's runs of one command that a cluster starts again and again."""

import logging
import os

from pipelines.tracking import open_run, tag_run
from vitpose_plus.nodes.settings import KEPT_IN

log = logging.getLogger(__name__)

TAG = "kept_in"


def end_former_starts() -> None:
    """Tag the open run with the store of its node, and end those of earlier starts.

    A node that was killed leaves its run as running. A store has one writer: whoever began there
    before is gone. Outside `vitpose node`, and without an open run, nothing is done.
    """
    store, own = os.environ.get(KEPT_IN), open_run()
    if store is None or own is None:
        return
    import mlflow

    tag_run({TAG: store})
    client = mlflow.MlflowClient()
    experiment = client.get_run(own).info.experiment_id
    for run in client.search_runs([experiment], "attributes.status = 'RUNNING'"):
        if run.data.tags.get(TAG) == store and run.info.run_id != own:
            client.set_terminated(run.info.run_id, "KILLED")
            log.info("the run %s, of a start that was killed, is ended as such", run.info.run_name)
