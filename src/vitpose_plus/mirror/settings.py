"""Where the copies of a command's folders lie, and how often they are made."""

from pydantic import Field, field_validator, model_validator

from vitpose_plus.settings import settings
from vitpose_plus.storage.origin import S3_SCHEME, S3Address
from vitpose_plus.storage.settings import S3Access


@settings
class Store:
    """A place in S3 that one command writes snapshots to, and goes on from.

    Below the address lie `objects/<sha256>`, a file's content each, and `snapshots/000000042.json`,
    the names of the files of one moment.

    Attributes:
        address: `s3://bucket/prefix`, another one for each run.
        s3: server, connections and retries; a part of an upload has at least 5 MiB.
        period: seconds between two looks at the folders.
        keep: snapshots that stay; the one before the newest is for the day that one is damaged.
    """

    address: str
    s3: S3Access = Field(default_factory=S3Access)
    period: float = Field(default=60.0, gt=0)
    keep: int = Field(default=2, ge=2)

    @field_validator("address")
    @classmethod
    def _normalise(cls, address: str) -> str:
        bucket, slash, prefix = address.removeprefix(S3_SCHEME).rstrip("/").partition("/")
        if not address.startswith(S3_SCHEME) or not bucket or prefix.startswith("/"):
            raise ValueError(f"{address}: a store's address reads s3://bucket/prefix")
        return f"{S3_SCHEME}{bucket}{slash}{prefix}"

    @model_validator(mode="after")
    def _check(self) -> "Store":
        if self.s3.anonymous:
            raise ValueError(f"{self.address}: nobody stores without credentials: s3.anonymous")
        return self

    def at(self, key: str) -> S3Address:
        """What lies at a key below the address."""
        bucket, _, prefix = self.address.removeprefix(S3_SCHEME).partition("/")
        return S3Address(bucket, f"{prefix}/{key}" if prefix else key)
