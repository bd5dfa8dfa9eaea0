"""`kedro run`, with our own errors shown as one message instead of a traceback."""

import signal
import sys
from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from omegaconf.errors import OmegaConfBaseException

from vitpose_plus.errors import VitposeError


class Run(click.Command):
    """Kedro's command; a `VitposeError` says what to mend, and a traceback would bury it."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and end with exit code 1 and the message alone on a mendable error."""
        # A scheduler's request to stop ends the run as Ctrl-C does, instead of leaving it open.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            return super().invoke(ctx)
        except VitposeError as error:
            raise click.ClickException(str(error)) from error
        except OmegaConfBaseException as error:
            # What other readers of conf/ find, as kedro-mlflow in mlflow.yml.
            raise click.ClickException(f"The configuration cannot be read: {error}") from error
        except (KeyboardInterrupt, SystemExit):
            # Kedro tells its hooks of errors only, and MLflow ends an open run as finished.
            from pipelines.tracking import end_interrupted_run

            end_interrupted_run()
            raise


@click.group(name="pipelines")
def cli() -> None:
    """Commands of this project."""


cli.add_command(
    Run("run", callback=kedro_run.callback, params=kedro_run.params, help=kedro_run.help)
)
