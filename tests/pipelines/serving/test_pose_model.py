import base64
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mlflow.exceptions import MlflowException

from vitpose_plus import estimate, load_model

BOXES = [[20.0, 20.0, 60.0, 80.0], [5.0, 5.0, 40.0, 40.0]]


@pytest.fixture(scope="module")
def picture(stored):
    return stored.picture.read_bytes()


def test_the_answer_is_estimates_own(stored, loaded, picture):
    table = pd.DataFrame({"image": [picture, picture], "boxes": [BOXES, None]})
    for task, flip in (("coco", True), ("mpii", False)):
        answer = loaded.predict(table, params={"task": task, "flip": flip})
        whole = [[0.0, 0.0, 100.0, 120.0]]
        model = load_model(stored.folder)
        wanted = estimate(model, [stored.picture] * 2, [BOXES, whole], task, flip=flip)
        assert answer["boxes"].tolist() == [BOXES, whole]
        for row, poses in zip(answer.itertuples(), wanted, strict=True):
            triples = np.dstack([poses.keypoints, poses.scores])
            np.testing.assert_allclose(row.keypoints, triples, atol=1e-3)
        skeleton = model.config.tasks[model.config.task_index(task)].skeleton
        assert answer["names"].tolist() == [list(skeleton.keypoints)] * 2


def test_base64_and_bytes_whole_numbers_and_arrays_give_the_same(loaded, picture):
    text = base64.b64encode(picture).decode()
    tables = (
        pd.DataFrame({"image": [picture], "boxes": [BOXES]}),
        pd.DataFrame({"image": [text], "boxes": [[[20, 20, 60, 80], [5, 5, 40, 40]]]}),
        pd.DataFrame({"image": [picture], "boxes": [np.array(BOXES)]}),
    )
    first, *others = (loaded.predict(table)["keypoints"].tolist() for table in tables)
    assert all(other == first for other in others)


def test_no_boxes_are_no_poses_and_no_rows_no_answers(loaded, picture):
    answer = loaded.predict(pd.DataFrame({"image": [picture], "boxes": [[]]}))
    assert answer["keypoints"].tolist() == [[]]
    assert loaded.predict(pd.DataFrame({"image": []}, dtype=object)).empty


def test_the_stored_example_and_signature_fit_the_model(loaded):
    answer = loaded.predict(loaded.input_example)
    assert len(answer["keypoints"][0][0]) == 17
    signature = loaded.metadata.signature
    assert signature.inputs.input_names() == ["image", "boxes"]
    assert signature.inputs.required_input_names() == ["image"]
    assert signature.outputs.input_names() == list(answer.columns)
    assert {p.name: p.default for p in signature.params.params} == {"task": "coco", "flip": True}


def test_nothing_stored_is_a_pickle(stored):
    artifacts = stored.folder.with_name("artifacts")
    files = (path for path in artifacts.rglob("*") if path.is_file())
    # Whoever loaded it compiled its code beside it.
    kinds = {path.suffix for path in files if path.parent.name != "__pycache__"}
    assert ".safetensors" in kinds
    assert kinds <= {
        ".safetensors",
        ".json",
        ".py",
        ".txt",
        ".yaml",
        ".yml",
        ".html",
        ".css",
        ".j2",
        "",
    }


def test_more_pictures_than_are_decoded_at_once_keep_their_order(loaded, picture, monkeypatch):
    table = pd.DataFrame({"image": [picture] * 5, "boxes": [[[i, i, 50, 60]] for i in range(5)]})
    together = loaded.predict(table)
    module = sys.modules[type(loaded.unwrap_python_model()).__module__]
    monkeypatch.setattr(module, "PIXELS_AT_ONCE", 20_000)  # two pictures of 12,000
    pd.testing.assert_frame_equal(loaded.predict(table), together)


def test_many_threads_get_their_own_answers(loaded, picture):
    tables = [pd.DataFrame({"image": [picture], "boxes": [[[i, i, 50, 60]]]}) for i in range(12)]
    wanted = [loaded.predict(table)["keypoints"][0] for table in tables]
    with ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda table: loaded.predict(table)["keypoints"][0], tables))
    np.testing.assert_allclose(found, wanted, atol=2e-3)  # Batches differ, and so do last digits.


def test_a_refused_row_is_numbered(loaded, picture):
    for bad, reason in ((picture[:5000], "cut off"), ("abc", "base64"), (5, "type int")):
        table = pd.DataFrame({"image": pd.Series([picture, bad], dtype=object)})
        with pytest.raises(MlflowException, match=rf"row 1: image.*{reason}") as refused:
            loaded.predict(table)
        assert refused.value.get_http_status_code() == 400


def test_an_unknown_task_lists_the_known_ones(loaded, picture):
    with pytest.raises(MlflowException, match="'cats' is unknown: this model serves coco, mpii"):
        loaded.predict(pd.DataFrame({"image": [picture]}), params={"task": "cats"})


@given(st.binary(max_size=200) | st.text(max_size=50) | st.integers() | st.none())
@settings(max_examples=100, deadline=None)
def test_any_image_gets_an_answer_or_a_4xx(loaded, anything):
    table = pd.DataFrame({"image": pd.Series([anything], dtype=object)})
    with pytest.raises(MlflowException) as refused:  # Two hundred bytes are no picture.
        loaded.predict(table)
    assert 400 <= refused.value.get_http_status_code() < 500


@pytest.mark.slow
def test_a_process_that_knows_nothing_of_the_project_loads_it(stored, tmp_path):
    program = (
        "import mlflow, sys; model = mlflow.pyfunc.load_model('models:/pose@champion'); "
        "print(len(model.predict(model.input_example)['keypoints'][0][0])); "
        "import vitpose_plus, pipelines; print(vitpose_plus.__file__); print(pipelines.__file__)"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=environment | {"MLFLOW_TRACKING_URI": stored.store},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    points, *homes = done.stdout.split()
    assert points == "17"
    assert all("/code/" in home for home in homes), homes
