"""What S3 and the network answer when they fail: worth another try, or an error with its mend."""

from collections.abc import Mapping

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ResponseStreamingError,
    SSLError,
)
from urllib3.exceptions import HTTPError

from vitpose_plus.errors import StorageError

REQUEST_ERRORS = (BotoCoreError, ClientError, HTTPError)
"""All that a request, or reading its body, can raise."""

_PASSING = (
    ConnectionError,
    FlexibleChecksumError,
    HTTPClientError,
    HTTPError,
    IncompleteReadError,
    ResponseStreamingError,
)
_BUSY = ("SlowDown", "RequestTimeout", "Throttling", "ThrottlingException", "InternalError")
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)

_MENDS: Mapping[int, str] = {
    301: "The bucket lies in another region: set s3.region.",
    403: "Check that the credentials of the AWS chain (AWS_PROFILE, role) may s3:GetObject and "
    "s3:ListBucket there (without the second a missing key is refused too), and to store "
    "s3:PutObject and s3:DeleteObject; a public bucket needs s3.anonymous: true.",
    404: "Check bucket, key and s3.endpoint; an address of many objects ends with a slash.",
    412: "It was replaced while it was being fetched. Run again: the new one is fetched from its "
    "start.",
}


def is_passing(error: Exception) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, ClientError):
        return _status(error) in (408, 429) or _status(error) >= 500 or _code(error) in _BUSY
    return isinstance(error, _PASSING) and not isinstance(error, SSLError)


def as_storage_error(error: Exception, where: str, *, attempts: int = 1) -> StorageError:
    """Say it in words, with the mend. `where` is the address, `attempts` how often it was tried."""
    if is_passing(error):
        return StorageError(
            f"{where}: gave up after {attempts} attempts in a row: {error}. Check the network and "
            "s3.endpoint, and run again: what has come is kept."
        )
    if isinstance(error, ClientError):
        mend = _MENDS.get(_status(error), "")
        return StorageError(f"{where}: {_status(error)} {_words(error)}. {mend}".rstrip())
    if isinstance(error, _NO_CREDENTIALS):
        return StorageError(
            f"{where}: {error}. Give credentials the standard AWS way (AWS_PROFILE, `aws sso "
            "login`, a role), or set s3.anonymous: true for a public bucket."
        )
    return StorageError(f"{where}: {error}")


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _words(error: ClientError) -> str:
    """S3's code and message; the answer to a HEAD has neither."""
    message = str(error.response.get("Error", {}).get("Message", ""))
    code = _code(error)
    return f"{code}: {message}".rstrip(".") if not code.isdecimal() else message
