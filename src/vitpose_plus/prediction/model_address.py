"""A model by an address that only a program beside this library can follow, as MLflow's registry.

Such a program registers what fetches its addresses as an entry point, by their scheme: it takes an
address and a new folder, and returns the folder or file below it that `load_model` reads.
"""

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import entry_points
from pathlib import Path
from tempfile import TemporaryDirectory

from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)

GROUP = "vitpose_plus.model_addresses"
Fetch = Callable[[str, Path], Path]


@contextmanager
def local_model(address: str) -> Iterator[Path]:
    """Yield where a model lies: a path as it is, or what was fetched, until the block ends.

    Args:
        address: a path, or `scheme:/…` as `models:/name@champion`.

    Raises:
        ConfigurationError: nothing is there, or nothing installed knows such addresses.
    """
    scheme = re.match(r"([a-z][a-z0-9+.-]+):/", address)
    if scheme is None or Path(address).exists():
        yield _existing(Path(address))
        return
    fetch = _fetch(address, scheme[1])
    with TemporaryDirectory() as folder:
        log.info("fetching %s", address)
        yield fetch(address, Path(folder) / "model")


def _existing(path: Path) -> Path:
    if not path.exists():
        raise ConfigurationError(
            f"model {path}: no such file or folder. Train one (kedro run "
            "--pipeline=train_vitpose_plus), or name one: a folder, an official .pth, a "
            "transformers folder, or models:/name@alias"
        )
    return path


def _fetch(address: str, scheme: str) -> Fetch:
    found = list(entry_points(group=GROUP, name=scheme))
    if not found:
        raise ConfigurationError(
            f"{address}: nothing installed fetches {scheme}:/ addresses. For MLflow's: pip install "
            "'vitpose-plus[pipelines]'; or fetch it by hand (mlflow artifacts download "
            f"--artifact-uri {address} --dst-path FOLDER) and name the model's folder in it"
        )
    try:
        fetch: Fetch = found[0].load()
    except ImportError as error:
        raise ConfigurationError(
            f"{address}: what fetches it ({found[0].value}) cannot be imported: {error}. "
            "pip install 'vitpose-plus[pipelines]'"
        ) from error
    return fetch
