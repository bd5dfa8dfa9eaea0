"""`vitpose`: checkpoints, the poses they find, what a training costs, a node of a cluster."""

from typing import Any

import click

from vitpose_plus.cli.convert import convert
from vitpose_plus.cli.info import info
from vitpose_plus.cli.node import node
from vitpose_plus.cli.plan import plan
from vitpose_plus.cli.predict import predict
from vitpose_plus.cli.progress import progress_on_stderr
from vitpose_plus.errors import VitposeError


class _OneLineErrors(click.Group):
    """Errors that a user can mend end the command with one line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (VitposeError, OSError) as error:
            raise click.ClickException(" ".join(str(error).split())) from error


@click.group(cls=_OneLineErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="vitpose-plus")
@click.pass_context
def main(ctx: click.Context) -> None:
    """See what a ViTPose or ViTPose+ is, convert it, find poses with it, plan and run trainings."""
    ctx.with_resource(progress_on_stderr())


main.add_command(info)
main.add_command(convert)
main.add_command(predict)
main.add_command(plan)
main.add_command(node)

if __name__ == "__main__":
    main()
