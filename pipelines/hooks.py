"""What happens around a run: the configuration is checked, the parameters are tracked."""

from pathlib import Path
from typing import Any, cast

from kedro.config import OmegaConfigLoader
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl


class CheckParameters:
    """Refuses a wrong configuration before anything runs."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Validate the merged parameters as a whole."""
        from pipelines.configuration import check_parameters

        loader = cast(OmegaConfigLoader, context.config_loader)
        source = Path(loader.conf_source)
        environments = (loader.base_env, loader.env or loader.default_run_env)
        folders = [_short(source / name, context.project_path) for name in environments]
        check_parameters(loader["parameters"], folders)


class TrackParameters:
    """Logs every parameter under its own dotted name, so that runs can be compared by it."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Keep the parameters as they are written."""
        self._parameters = context.config_loader["parameters"]

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any]) -> None:
        """Log them into the run that kedro-mlflow has opened."""
        from pipelines.tracking import log_parameters

        log_parameters(self._parameters)


def _short(path: Path, start: Path) -> Path:
    return path.relative_to(start) if path.is_relative_to(start) else path
