from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitpose_plus.storage.names import UnsafeName, relative_name

part = st.one_of(
    st.sampled_from(["..", ".", "", "C:", "\\", "..\\", "a", "\0", "...", "~", "train2017"]),
    st.text(max_size=8),
)
hostile = st.lists(part, min_size=1, max_size=6).map("/".join)


@given(hostile)
def test_a_name_that_is_taken_stays_below_its_folder(name):
    try:
        safe = relative_name(name)
    except UnsafeName:
        return
    top = Path("/data/raw")
    assert (top / safe).is_relative_to(top)
    assert ".." not in (top / safe).parts
    assert "\\" not in safe
    assert relative_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("/etc/passwd", "absolute"),
        ("\\\\server\\share", "absolute"),
        ("C:/Windows/a.dll", "absolute"),
        ("d:a.txt", "absolute"),
        ("./C:/a.dll", "absolute"),
        ("../a", "parent folder"),
        ("a/../../b", "parent folder"),
        ("a/..", "parent folder"),
        ("a\\..\\b", "backslash"),
        ("a\nb", "control character"),
        ("x" * 256, "more than 255 bytes"),
        ("ß" * 128, "more than 255 bytes"),
    ],
)
def test_a_name_is_refused_with_the_rule_it_breaks(name, words):
    with pytest.raises(UnsafeName, match=words):
        relative_name(name)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("./train2017//000000000009.jpg", "train2017/000000000009.jpg"),
        ("images/", "images"),
        ("./", ""),
        ("a..b/..c/d..", "a..b/..c/d.."),
        ("金丝猴/frame1.jpg", "金丝猴/frame1.jpg"),
    ],
)
def test_harmless_names_are_kept(name, safe):
    assert relative_name(name) == safe
