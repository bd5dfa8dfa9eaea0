"""The data that belong to the checked-out commit, brought by DVC."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from vitpose_plus.errors import StorageError

log = logging.getLogger(__name__)

REMOTE = "cloud"
ATTEMPTS = 3
PAUSE = 10.0  # seconds between them


def pull(targets: Sequence[str], remote: str | None) -> None:
    """`dvc pull` of stages, folders or .dvc files.

    Args:
        targets: as DVC takes them; none: nothing is pulled.
        remote: such as s3://bucket/prefix, written into `.dvc/config.local`, which git does not
            see; None: the one that DVC's own configuration names.

    Raises:
        StorageError: DVC cannot bring them.
    """
    if not targets:
        return
    if remote is not None:
        _name_remote(remote)
    for attempt in range(1, ATTEMPTS + 1):
        if _dvc("pull", *targets) == 0:
            return
        if attempt < ATTEMPTS:
            log.warning("dvc pull has failed, and is tried again in %.0f s", PAUSE)
            time.sleep(PAUSE)
    raise StorageError(
        f"dvc pull {' '.join(targets)} failed {ATTEMPTS} times; DVC's own words are above. Push "
        "these data from where they were made (`dvc push`, and commit dvc.lock or the .dvc "
        "files), and let this machine's role read the remote"
    )


def _name_remote(remote: str) -> None:
    commands: list[tuple[str, ...]] = [
        ("remote", "add", "--local", "--force", "--default", REMOTE, remote)
    ]
    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    if remote.startswith("s3://") and endpoint is not None:
        commands.append(("remote", "modify", "--local", REMOTE, "endpointurl", endpoint))
    for command in commands:
        if _dvc("--quiet", *command) != 0:
            raise StorageError(f"dvc {' '.join(command)} failed; DVC's own words are above")


def _dvc(*arguments: str) -> int:
    log.info("dvc %s", " ".join(arguments))
    return subprocess.run([sys.executable, "-m", "dvc", *arguments]).returncode
