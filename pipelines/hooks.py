"""What happens around a run: its parameters are checked before it and tracked in it."""

from pathlib import Path
from typing import Any, cast

from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl


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
        parameters = check_parameters(read_parameters(loader), folders)
        self._parameters = TypeAdapter(Parameters).dump_python(parameters, mode="json")

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Log the parameters, defaults too, so that runs can be compared by each of them."""
        from pipelines.tracking import log_parameters

        log_parameters(self._parameters)


def _short(path: Path, start: Path) -> Path:
    return path.relative_to(start) if path.is_relative_to(start) else path
