import subprocess
import sys

import pytest

from vitpose_plus.errors import ValidationError
from vitpose_plus.validation import quiet

# A finder that knows no Great Expectations stands for an installation without the extra.
WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "great_expectations":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import vitpose_plus.ingestion, vitpose_plus.validation
from vitpose_plus.errors import ValidationError
try:
    with vitpose_plus.validation.quiet.quiet_great_expectations():
        pass
except ValidationError as error:
    print(error)
"""


def test_the_library_imports_without_the_extra_and_validation_names_it() -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True
    )
    assert "pip install 'vitpose-plus[pipelines]'" in run.stdout


def test_importing_validation_does_not_load_great_expectations() -> None:
    code = (
        "import sys, vitpose_plus.ingestion; "
        "print('great_expectations' in sys.modules, 'scipy' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_ingestion_asks_before_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quiet, "find_spec", lambda name: None)
    with pytest.raises(ValidationError, match="extra `pipelines`"):
        quiet.require_great_expectations()


@pytest.mark.parametrize("before", [None, "true"])
def test_the_analytics_switch_is_put_back(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    import os

    monkeypatch.delenv(quiet.ANALYTICS, raising=False)
    if before is not None:
        monkeypatch.setenv(quiet.ANALYTICS, before)
    with quiet.quiet_great_expectations():
        assert os.environ[quiet.ANALYTICS] == "false"
    assert os.environ.get(quiet.ANALYTICS) == before
