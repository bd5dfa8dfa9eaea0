import hashlib
import json

import pytest
from pydantic import ValidationError

from vitpose_plus.mirror.manifest import Content, Damaged, Manifest, from_bytes, to_bytes


def manifest(**changes):
    content = Content(size=3, sha256=hashlib.sha256(b"abc").hexdigest())
    usual = {
        "snapshot": 7,
        "taken": "2026-01-02T03:04:05.678+00:00",
        "host": "node",
        "writer": "w",
        "folders": ("models", "models-b"),
        "files": {"models/a/x": content, "models-b/y": content},
    }
    return Manifest(**(usual | changes))


def test_a_list_is_read_as_it_was_written():
    assert from_bytes(to_bytes(manifest()), "here") == manifest()
    assert len(manifest().objects) == 1
    assert list(manifest().below("models")) == ["a/x"]


def test_no_byte_that_matters_can_change_unseen():
    stored = to_bytes(manifest())
    held = json.loads(stored)
    held["manifest"]["files"]["models/a/x"]["size"] = 4
    for damaged in (stored[:-40], b"", json.dumps(held).encode()):
        with pytest.raises(Damaged, match="here"):
            from_bytes(damaged, "here")


@pytest.mark.parametrize("name", ["../x", "/etc/x", "other/x", "models/../x", "models", "models/"])
def test_a_file_outside_the_folders_is_refused(name):
    with pytest.raises(ValidationError, match=r"lies in none|leads to|absolute"):
        manifest(files={name: Content(size=0, sha256="0" * 64)})
