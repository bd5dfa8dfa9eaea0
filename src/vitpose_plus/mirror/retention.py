"""What a store need not hold any longer."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import islice

from vitpose_plus.mirror.bucket import Bucket, refusal
from vitpose_plus.mirror.manifest import Damaged, Manifest
from vitpose_plus.storage.s3_objects import S3Object

ABANDONED = timedelta(days=1)


class Retention:
    """Reads each snapshot's list once.

    Three rules let a machine that was cut off and wakes up late do no harm. It looks for newer
    snapshots before it removes anything. It removes at once only what snapshots that it drops
    named. What no snapshot names may be another machine's next one, whose list is still to come:
    that must be a day old, by the server's clock.
    """

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._known: dict[S3Object, Manifest | None] = {}

    def clean(self, newest: int, contents: Mapping[str, S3Object]) -> None:
        """Remove all snapshots but the newest readable ones, and the contents that only they name.

        Args:
            newest: the snapshot that was just stored.
            contents: what lay in the store before it was.

        Raises:
            Refused: there is a newer one.
            StorageError: not everything could be removed; the next call does.
        """
        lists = self._bucket.snapshots()
        if max(lists, default=newest) > newest:
            raise refusal(self._bucket, lists[max(lists)])
        self._known = {one: self._read(one) for one in lists.values()}
        held = {number: self._known[one] for number, one in lists.items()}
        readable = (number for number, manifest in held.items() if manifest is not None)
        kept = set(islice(readable, self._bucket.store.keep))
        dropped = [number for number in held if number not in kept]
        needed = _objects(held[number] for number in kept)
        named = _objects(held[number] for number in dropped)
        for number in dropped:
            self._bucket.delete(f"snapshots/{number:09d}.json")
        abandoned = self._abandoned(contents, lists.get(newest)) - named
        for sha256 in sorted((named | abandoned) - needed):
            self._bucket.delete(f"objects/{sha256}")

    def _read(self, listed: S3Object) -> Manifest | None:
        if listed in self._known:
            return self._known[listed]
        try:
            return self._bucket.read(listed)
        except Damaged:
            return None

    def _abandoned(self, contents: Mapping[str, S3Object], newest: S3Object | None) -> set[str]:
        if newest is None or newest.stored is None:
            return set()
        return {
            sha256
            for sha256, one in contents.items()
            if one.stored is not None and newest.stored - one.stored > ABANDONED
        }


def _objects(manifests: Iterable[Manifest | None]) -> set[str]:
    return {sha256 for manifest in manifests if manifest for sha256 in manifest.objects}
