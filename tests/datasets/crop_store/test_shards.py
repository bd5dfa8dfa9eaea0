import numpy as np
import pytest

from vitpose_plus.datasets.crop_store.shards import StoredCrop, map_shard, write_shards
from vitpose_plus.errors import CropStoreError


def crops(count, size=100):
    rng = np.random.default_rng(0)
    return [
        StoredCrop(
            count - 1 - i,
            rng.integers(0, 255, size, np.uint8),
            rng.normal(size=(2, 3)),
            rng.uniform(size=4),
        )
        for i in range(count)
    ]


def read(folder, shards):
    batches = [batch for shard in shards for batch in map_shard(folder / shard.file)]
    return [batch[place] for batch in batches for place in range(len(batch.rows))]


def same(found, written):
    return all(
        one.row == other.row
        and all(np.array_equal(*pair) for pair in zip(one[1:], other[1:], strict=True))
        for one, other in zip(found, written, strict=True)
    )


@pytest.mark.parametrize("most_bytes", [1, 350, 4000, 1 << 20])
def test_what_is_written_is_read_in_its_order(tmp_path, most_bytes):
    written = crops(20)
    shards = write_shards(iter(written), tmp_path, most_bytes)
    assert same(read(tmp_path, shards), written)
    assert sum(shard.rows for shard in shards) == 20


def test_files_are_closed_once_they_are_large_enough(tmp_path):
    shards = write_shards(crops(40, 1000), tmp_path, 10_000)
    assert len(shards) > 2
    assert [shard.size for shard in shards] == [
        (tmp_path / shard.file).stat().st_size for shard in shards
    ]
    # The file's end, and the batch that went over.
    assert max(shard.size for shard in shards) < 2.5 * 10_000


def test_no_crops_make_no_file(tmp_path):
    assert write_shards([], tmp_path, 1000) == ()
    assert not list(tmp_path.iterdir())


def test_reading_copies_nothing(tmp_path):
    (shard,) = write_shards(crops(3), tmp_path, 1 << 20)
    (batch,) = map_shard(tmp_path / shard.file)
    first, again = batch[1], batch[1]
    assert np.shares_memory(first.jpeg, again.jpeg)
    assert not first.jpeg.flags.writeable


def test_damaged_bytes_name_their_row(tmp_path):
    (shard,) = write_shards(crops(3), tmp_path, 1 << 20)
    (batch,) = map_shard(tmp_path / shard.file)
    with pytest.raises(CropStoreError, match="trainable row 2"):
        batch[0].decode()
