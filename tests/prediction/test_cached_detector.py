import pytest

from vitpose_plus.errors import ConfigurationError
from vitpose_plus.prediction.cached_detector import FILES, RT_DETR, cached_detector, detector_folder


@pytest.fixture
def cache(tmp_path):
    """Put files of a repository into a Hugging Face cache."""

    def put(name, files=FILES):
        repository = tmp_path / f"models--{name.replace('/', '--')}"
        snapshot = repository / "snapshots" / "abc"
        snapshot.mkdir(parents=True)
        (repository / "refs").mkdir()
        (repository / "refs" / "main").write_text("abc")
        for file in files:
            (snapshot / file).touch()
        return snapshot

    return put


def test_the_best_detector_of_the_cache_is_found(cache, tmp_path):
    assert cached_detector(tmp_path) is None
    cache("another/detector")
    assert cached_detector(tmp_path) is None
    small = cache(RT_DETR[-1])
    assert cached_detector(tmp_path) == small
    better = cache(RT_DETR[0])
    assert cached_detector(tmp_path) == better


def test_half_a_download_is_no_detector(cache, tmp_path):
    cache(RT_DETR[0], FILES[:2])
    assert cached_detector(tmp_path) is None


def test_a_detector_is_named_by_its_folder_or_by_its_name_in_the_cache(cache, tmp_path):
    assert detector_folder(str(tmp_path), tmp_path) == tmp_path
    own = cache("my/detector")
    assert detector_folder("my/detector", tmp_path) == own


@pytest.mark.parametrize("named", ["my/detector", "/no/such/folder", "a b", ""])
def test_a_detector_that_is_nowhere_is_not_downloaded(named, tmp_path):
    with pytest.raises(ConfigurationError, match=r"Nothing is downloaded unasked"):
        detector_folder(named, tmp_path)
