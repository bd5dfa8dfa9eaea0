"""Weights that a configuration names, on this machine."""

import logging
from pathlib import Path

from pipelines.tracking import fetch_model
from vitpose_plus.errors import ConfigurationError

log = logging.getLogger(__name__)

REGISTRY = "models:/"


def local_weights(address: str, key: str, folder: Path) -> str:
    """Where a model's weights lie: `models:/…` is fetched from the registry.

    Args:
        address: a file, a folder, or models:/name/version or models:/name@alias.
        key: the configuration's, for messages.
        folder: what is fetched goes there.

    Raises:
        ConfigurationError: there are none.
    """
    if address.startswith(REGISTRY):
        fetched = fetch_model(address, folder)
        log.info("%s %s lies in %s", key, address, fetched)
        return str(fetched)
    if not Path(address).exists():
        raise ConfigurationError(
            f"{key}: {address} does not exist. Train one first (kedro run "
            "--pipeline=train_vitpose_plus), or name a folder, an official file or models:/name"
        )
    return address
