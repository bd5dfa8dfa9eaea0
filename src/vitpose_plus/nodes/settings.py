"""What a node is asked to do."""

from pathlib import Path

from pydantic import Field, model_validator

from vitpose_plus.mirror.settings import Store
from vitpose_plus.settings import settings

KEPT_IN = "VITPOSE_KEPT_IN"  # tells the command the store's address


@settings
class Source:
    """A folder that comes from another job's store, which stays as it is.

    Attributes:
        store: that store.
        folder: one that is kept there.
    """

    store: Store
    folder: Path


@settings
class Node:
    """One node's part of a job, the same for all.

    Attributes:
        command: what the head runs.
        store: where `keep` is kept in S3; None: nowhere.
        keep: folders of this project that the command writes, trainings' above all.
        sources: what the head brings from other stores.
        pull: what DVC brings first.
        remote: DVC's, such as s3://bucket/prefix; None: what its configuration says.
        prepare: what the other nodes run to have the data that the head's command makes for itself.
        shared_disk: all nodes see one disk: only the head pulls, and none prepares.
        port: of the head, where trainings' processes meet; the next one shows what there is to do.
        patience: seconds that nodes wait for one another, and for a head that does not answer.
        grace: seconds from SIGTERM to the moment when this machine may be gone.
    """

    command: tuple[str, ...] = Field(min_length=1)
    store: Store | None = None
    keep: tuple[Path, ...] = ()
    sources: tuple[Source, ...] = ()
    pull: tuple[str, ...] = ()
    remote: str | None = None
    prepare: str | None = None
    shared_disk: bool = False
    port: int = Field(default=29400, ge=1, le=65534)
    patience: float = Field(default=1800.0, gt=0)
    grace: float = Field(default=110.0, gt=0)

    @property
    def board(self) -> int:
        """The port that shows what there is to do."""
        return self.port + 1

    @model_validator(mode="after")
    def _check(self) -> "Node":
        if (self.store is None) != (not self.keep):
            raise ValueError("--store and --keep belong together: folders to keep, and where in S3")
        return self
