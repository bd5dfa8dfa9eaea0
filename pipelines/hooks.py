"""What happens around a run: its parameters are checked before it and tracked in it."""

from pathlib import Path
from typing import Any, cast

from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node


class ParametersHook:
    """Refuses a wrong configuration before anything runs; logs every parameter by its own name."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Read and validate the merged parameters as a whole."""
        from pydantic import TypeAdapter

        from pipelines.configuration import check_parameters, read_parameters
        from pipelines.parameters import Parameters

        loader = cast(OmegaConfigLoader, context.config_loader)
        environments = (loader.base_env, loader.env or loader.default_run_env)
        source = Path(loader.conf_source)
        folders = [_short(source / name, context.project_path) for name in environments]
        self._checked = check_parameters(read_parameters(loader), folders)
        self._parameters = TypeAdapter(Parameters).dump_python(self._checked)

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline) -> None:
        """Refuse what this run could not finish; log the parameters, defaults too."""
        from pipelines.former_starts import end_former_starts
        from pipelines.readiness import check_readiness
        from pipelines.tracking import log_parameters

        names = {node.name.removeprefix(f"{node.namespace}.") for node in pipeline.nodes}
        check_readiness(self._checked, names)
        end_former_starts()
        # A part that is a node's input kedro-mlflow logs, and MLflow refuses a second spelling:
        # it is a list, or already a tuple, depending on the pipeline's other inputs.
        parts = {name.removeprefix("params:") for name in pipeline.inputs() if "." in name}
        log_parameters(self._parameters, without=parts)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Log what a node of a namespace has to say under it."""
        from pipelines.tracking import enter_namespace

        enter_namespace(node.namespace)


def _short(path: Path, start: Path) -> Path:
    return path.relative_to(start) if path.is_relative_to(start) else path
