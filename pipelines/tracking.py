"""MLflow, as the pipelines use it: into the run that kedro-mlflow has opened."""

import math
import os
import sys
from collections.abc import Collection, Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.replacement import replacing

PARAMETERS_AT_ONCE = 100  # MLflow's limit on one request

_namespace: ContextVar[str] = ContextVar("namespace", default="")


def enter_namespace(name: str | None) -> None:
    """Log all that follows under a name: what several trainings of one run have alike differs so.

    Args:
        name: a node's namespace; None: it has none.
    """
    _namespace.set(name or "")


def named(name: str) -> str:
    """The name under which something is logged now."""
    return f"{_namespace.get()}/{name}" if _namespace.get() else name


def log_parameters(parameters: Mapping[str, Any], without: Collection[str] = ()) -> None:
    """Log nested parameters under dotted names, but for some of these, if a run is open."""
    if open_run() is None:
        return
    import mlflow

    flat = [(name, value) for name, value in _flatten(parameters) if name not in without]
    for start in range(0, len(flat), PARAMETERS_AT_ONCE):
        mlflow.log_params(dict(flat[start : start + PARAMETERS_AT_ONCE]))


def log_figures(figures: Mapping[str, float]) -> None:
    """Log final metrics, if a run is open; `@`, which MLflow refuses, becomes `_`."""
    if open_run() is None:
        return
    import mlflow

    mlflow.log_metrics({named(name).replace("@", "_"): value for name, value in figures.items()})


def log_scores(who: str, task: str, figures: Mapping[str, float]) -> None:
    """Log one model's finite figures of one task, as `<who>/<figure>_<task>`, if a run is open."""
    finite = {name: value for name, value in figures.items() if math.isfinite(value)}
    log_figures({f"{who}/{name}_{task}": value for name, value in finite.items()})


def log_files(folder: Path, name: str) -> None:
    """Log a folder's files as artifacts under `name`, if a run is open."""
    if open_run() is None:
        return
    import mlflow

    mlflow.log_artifacts(str(folder), named(name))


def log_file(path: Path, name: str) -> None:
    """Log one file as an artifact below `name`, if a run is open."""
    if open_run() is None:
        return
    import mlflow

    mlflow.log_artifact(str(path), named(name))


def tag_run(tags: Mapping[str, str]) -> None:
    """Tag the run, if one is open."""
    if open_run() is None:
        return
    import mlflow

    mlflow.set_tags(dict(tags))


def open_run() -> str | None:
    """The id of the run that kedro-mlflow opened; without one MLflow would open one of its own."""
    import mlflow

    run = mlflow.active_run()
    return None if run is None else run.info.run_id


def fetch_model(address: str, folder: Path) -> Path:
    """A model from the registry, as `log_model` stored it: the folder that `load_model` takes.

    Args:
        address: `models:/name/version` or `models:/name@alias`.
        folder: to be replaced by its files.

    Raises:
        ConfigurationError: there is none, or it is none of ours.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    _no_bars_in_a_file()
    try:
        with replacing(folder) as part:
            mlflow.artifacts.download_artifacts(artifact_uri=address, dst_path=str(part))
    except MlflowException as error:
        raise ConfigurationError(
            f"{address}: {error}. Name a registered version, models:/name/1 or models:/name@alias"
        ) from error
    stored = mlflow.models.Model.load(str(folder)).flavors["python_function"].get("artifacts", {})
    if "model" not in stored:
        raise ConfigurationError(f"{address} was not stored by this project's trainings")
    return folder / stored["model"]["path"]


def log_model(folder: Path, picture: Path, box: list[float]) -> str:
    """Log a trained model as a pyfunc, with signature and input example.

    Args:
        folder: what `save_model` wrote.
        picture: an example picture.
        box: the example's instance in it: x, y, width, height in pixels.

    Returns:
        The logged model's id.
    """
    import mlflow

    import pipelines
    import vitpose_plus
    from pipelines.serving import pose_model, schema

    _no_bars_in_a_file()
    code = [next(iter(package.__path__)) for package in (pipelines, vitpose_plus)]
    logged = mlflow.pyfunc.log_model(
        name=named("model").replace("/", "_"),
        python_model=str(Path(pose_model.__file__)),
        artifacts={"model": str(folder)},
        code_paths=code,
        signature=schema.signature(folder),
        input_example=schema.example(picture, box),
        pip_requirements=schema.requirements(),
    )
    return str(logged.model_id)


def _no_bars_in_a_file() -> None:
    """MLflow draws its bars to whatever stderr is, every step of them."""
    if not sys.stderr.isatty():
        os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")


def end_interrupted_run() -> None:
    """Mark a run that was stopped from outside as killed, if one is open."""
    import mlflow

    # kedro-mlflow opens the same run again for each node: one may lie on the other.
    while mlflow.active_run() is not None:
        mlflow.end_run("KILLED")


def _flatten(nested: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in nested.items():
        if isinstance(value, Mapping):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value
