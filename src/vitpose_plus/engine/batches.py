"""Which samples make up which step, on any number of processes."""

from collections.abc import Callable, Iterator, Sequence

from torch.utils.data import Sampler

Key = tuple[int, int]
# More passes than any training makes: what comes again within an epoch is no copy of itself.
AGAIN = 1 << 20
Order = Callable[[int], Sequence[Key]]


class GlobalBatches(Sampler[list[Key]]):
    """A loader's `batch_sampler`: this process's parts of the batches of all processes.

    The global batches depend on the order alone; processes and accumulation only cut them up.
    An epoch's last batch is filled up from the epoch's beginning, so that all are of one size.

    Args:
        order: epoch -> the epoch's samples in their order, as (pass, index): how often the sample
            was drawn before, which its augmentation is drawn by, and its place in the data set.
        batch_size: of all processes together.
        world_size: processes.
        rank: this one.
        accumulate: parts that a process takes its share in.

    Raises:
        ValueError: the batch does not divide.
    """

    def __init__(
        self,
        order: Order,
        batch_size: int,
        *,
        world_size: int = 1,
        rank: int = 0,
        accumulate: int = 1,
    ) -> None:
        self.parts = world_size * accumulate
        if batch_size % self.parts:
            raise ValueError(f"a batch of {batch_size} has no {self.parts} equal parts")
        self.order, self.batch_size, self.accumulate = order, batch_size, accumulate
        self.own = range(rank * accumulate, (rank + 1) * accumulate)
        self.samples = len(order(0))
        if not self.samples:
            raise ValueError("there are no samples")
        self.begin(0)

    @property
    def steps(self) -> int:
        """Optimiser steps an epoch."""
        return -(-self.samples // self.batch_size)

    def begin(self, epoch: int, step: int = 0) -> None:
        """The next iteration is over this epoch, from this step of it on."""
        self.epoch, self.first = epoch, step

    def __len__(self) -> int:
        return (self.steps - self.first) * self.accumulate

    def __iter__(self) -> Iterator[list[Key]]:
        order = self.order(self.epoch)
        for step in range(self.first, self.steps):
            start = step * self.batch_size
            batch = [_wrapped(order, at) for at in range(start, start + self.batch_size)]
            for part in self.own:
                yield batch[part :: self.parts]


def _wrapped(order: Sequence[Key], place: int) -> Key:
    again, place = divmod(place, len(order))
    drawn, index = order[place]
    return drawn + again * AGAIN, index
