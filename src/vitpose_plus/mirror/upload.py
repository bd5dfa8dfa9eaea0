"""Contents on their way into a store, several at once, the large ones in parts."""

import hashlib
from threading import Event
from typing import IO, Any

from vitpose_plus.errors import StorageError
from vitpose_plus.mirror.capture import Held
from vitpose_plus.mirror.manifest import Content
from vitpose_plus.mirror.settings import Store
from vitpose_plus.storage.s3_failure import REQUEST_ERRORS, as_storage_error
from vitpose_plus.storage.s3_objects import connect

_BLOCK = 1 << 20
_LOOK = 0.02  # seconds between two looks at an upload


class Halted(StorageError):
    """There is no time left for it."""


class Uploads:
    """Sends files to where their contents belong.

    Its client makes a part's request again by itself: of the five hundred parts of a large
    checkpoint one that fails must not cost the others.
    """

    def __init__(self, store: Store, halt: Event) -> None:
        """`halt` cuts uploads short."""
        self._store, self._halt = store, halt
        self._client = connect(store.s3, attempts=store.s3.attempts)

    def send(self, files: tuple[Held, ...], there: dict[str, int]) -> dict[Held, Content]:
        """Store the files whose content does not lie there yet, and return all their contents.

        What was sent in parts and could not be ended is removed again, if the server can be
        reached.

        Args:
            files: opened.
            there: the sizes of contents that lie there, by SHA-256; grows by what is sent.

        Raises:
            StorageError: it could not be sent; what lay there before is untouched.
            Halted: the time is up.
        """
        sums: dict[Held, Content] = {}
        with self._transfers() as transfers:
            under_way = []
            for held in files:
                file = held.reader()
                sums[held] = content = self._sum(file)
                if there.get(content.sha256) != content.size:
                    there[content.sha256] = content.size
                    address = self._store.at(f"objects/{content.sha256}")
                    under_way.append((held, address, transfers.upload(file, *address)))
            for _, address, transfer in under_way:
                self._wait(transfer, str(address))
        for held, address, _ in under_way:
            self._check(held, *address)
        return sums

    def _transfers(self) -> Any:
        """boto3's own, as a context: left by an error, it ends what is under way."""
        from boto3.s3.transfer import TransferConfig, create_transfer_manager

        access = self._store.s3
        config = TransferConfig(
            multipart_threshold=access.part_bytes,
            multipart_chunksize=access.part_bytes,
            max_concurrency=access.parallel,
            preferred_transfer_client="classic",
        )
        return create_transfer_manager(self._client, config)

    def _sum(self, file: IO[bytes]) -> Content:
        digest, size = hashlib.sha256(), 0
        file.seek(0)
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            self._unless_halted()
        file.seek(0)
        return Content(size=size, sha256=digest.hexdigest())

    def _wait(self, transfer: Any, where: str) -> None:
        while not transfer.done():
            self._unless_halted()
            self._halt.wait(_LOOK)
        try:
            transfer.result()
        except REQUEST_ERRORS as error:
            attempts = self._store.s3.attempts
            raise as_storage_error(error, where, attempts=attempts) from error

    def _unless_halted(self) -> None:
        if self._halt.is_set():
            raise Halted("the time for the last snapshot is up")

    def _check(self, held: Held, bucket: str, key: str) -> None:
        """What changed between its sum and its sending lies there under a wrong name."""
        try:
            held.check()
        except StorageError:
            self._client.delete_object(Bucket=bucket, Key=key)
            raise
