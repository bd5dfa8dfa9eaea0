"""A stored model, and requests that no server should fall over."""

import base64
import io
import json
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

import cv2
import mlflow
import numpy as np
import pytest
import torch

from pipelines.tracking import log_model
from vitpose_plus.checkpoints import save_model
from vitpose_plus.models import Task, ViTPose, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS

JSON = "application/json"
LONG = zlib.compress(bytes(7_000_000))


class Stored(NamedTuple):
    """A model in a registry of its own, as `models:/pose@champion`."""

    store: str
    folder: Path
    picture: Path


class Sent(NamedTuple):
    """A request's header, body and address."""

    kind: str | None
    body: bytes
    path: str = "/invocations"


@pytest.fixture(scope="session")
def stored(tmp_path_factory):
    place = tmp_path_factory.mktemp("registry")
    torch.manual_seed(0)
    tasks = tuple(Task(name=name, skeleton=SKELETONS[name]) for name in ("coco", "mpii"))
    config = ViTPoseConfig(size="tiny", input_size=(64, 48), ffn="partially_shared", tasks=tasks)
    save_model(ViTPose(config), place / "weights")
    picture = place / "picture.jpg"
    noise = np.random.default_rng(0).integers(0, 255, (120, 100, 3), np.uint8)
    cv2.imwrite(str(picture), noise)
    store, before = f"sqlite:///{place}/mlflow.db", mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(store)
    try:
        mlflow.create_experiment("poses", artifact_location=(place / "artifacts").as_uri())
        mlflow.set_experiment("poses")
        with mlflow.start_run() as run:
            log_model(place / "weights", picture, [20.0, 20.0, 60.0, 80.0])
        (logged,) = mlflow.get_run(run.info.run_id).outputs.model_outputs
        version = mlflow.register_model(f"models:/{logged.model_id}", "pose").version
        mlflow.MlflowClient().set_registered_model_alias("pose", "champion", version)
    finally:
        mlflow.set_tracking_uri(before)
    return Stored(store, place / "weights", picture)


@pytest.fixture(scope="session")
def loaded(stored):
    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri(stored.store)
    try:
        return mlflow.pyfunc.load_model("models:/pose@champion")
    finally:
        mlflow.set_tracking_uri(before)


@pytest.fixture(scope="session")
def text(stored):
    """The picture in base64."""
    return base64.b64encode(stored.picture.read_bytes()).decode()


def png(width, height, data=b"", more=b""):
    """A PNG of any claimed size, with more chunks before its data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(data))
    return b"\x89PNG\r\n\x1a\n" + header + more + data + chunk(b"IEND", b"")


def chunk(kind, content):
    """One of a PNG's."""
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)


@pytest.fixture(scope="session")
def hostile_images(stored):
    """Bytes that are no picture, or one that must not be decoded."""
    from PIL import Image

    whole = stored.picture.read_bytes()
    noise = Image.open(stored.picture)

    def saved(kind, **options):
        file = io.BytesIO()
        noise.save(file, kind, **options)
        return file.getvalue()

    scans = whole[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" * 5000 + b"\xff\xd9"
    return {
        "empty": b"",
        "text": b"not a picture",
        "cut jpeg": whole[: len(whole) // 2],
        "jpeg header": whole[:20],
        "jpeg magic": b"\xff\xd8\xff",
        "cut png": saved("PNG")[:5000],
        "png magic": b"\x89PNG\r\n\x1a\n",
        "png bomb": png(60_000, 60_000),
        "long png": png(2**31 - 1, 1),
        "narrow png": png(40_000, 1000),
        "png of no pixels": png(0, 0),
        "png without data": png(100, 100),
        "png of many chunks": png(8, 8, bytes(200), chunk(b"tEXt", b"") * 20_000),
        "png of many texts": png(8, 8, bytes(200), chunk(b"zTXt", b"k\0\0" + LONG) * 50),
        "jpeg of many segments": whole[:2] + b"\xff\xfe\x00\x02" * 1_000_000 + whole[2:],
        "jpeg of many scans": scans,
        "gif": saved("GIF"),
        "tiff": saved("TIFF"),
        "bmp": saved("BMP"),
        "webp": saved("WEBP"),
        "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd"/></svg>',
        "pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94",
    }


HOSTILE_BOXES = {
    "no list": "12",
    "a number": "5",
    "one flat box": "[1, 2, 30, 40]",
    "three numbers": "[[1, 2, 30]]",
    "five numbers": "[[1, 2, 30, 40, 0.9]]",
    "text": '[["a", "b", "c", "d"]]',
    "numbers as text": '[["1", "2", "30", "40"]]',
    "null in it": "[[1, 2, null, 40]]",
    "nested": "[[[1, 2, 30, 40]]]",
    "deeply nested": "[" * 50_000 + "]" * 50_000,
    "an object": '{"x": 1}',
    "NaN": "[[NaN, 2, 30, 40]]",
    "Infinity": "[[1, 2, Infinity, 40]]",
    "1e999": "[[1, 2, 1e999, 40]]",
    "1e300": "[[1, 2, 1e300, 1e300]]",
    "a long integer": f"[[1, 2, {'9' * 5000}, 40]]",
    "no area": "[[1, 2, 0, 40]]",
    "negative area": "[[1, 2, -30, 40]]",
    "beside the picture": "[[500, 2, 30, 40]]",
    "far left of it": "[[-1e6, 2, 30, 40]]",
    "far too large": "[[0, 0, 5000, 5000]]",
    "too many": f"[{','.join(['[1, 2, 30, 40]'] * 300)}]",
}


@pytest.fixture(scope="session")
def malformed(text, hostile_images):
    """Requests by name, every one of which deserves a 4xx."""
    row = f'{{"image": "{text}"}}'
    bodies = {
        "nothing": "",
        "no JSON": "image=5",
        "a cut body": f'{{"dataframe_records": [{row}',
        "a list": f"[{row}]",
        "null": "null",
        "an empty object": "{}",
        "another key": '{"hello": 1}',
        "a prompt": '{"messages": [{"role": "user", "content": "hi"}]}',
        "both shapes": f'{{"dataframe_records": [{row}], "dataframe_split": {{"columns": '
        f'["image"], "data": [["{text}"]]}}}}',
        "instances": f'{{"instances": [{row}]}}',
        "inputs": f'{{"inputs": {{"image": ["{text}"]}}}}',
        "no rows": '{"dataframe_records": []}',
        "rows in an object": f'{{"dataframe_records": {row}}}',
        "an empty row": '{"dataframe_records": [{}]}',
        "another column": f'{{"dataframe_records": [{{"image": "{text}", "bbox": [1, 2, 3, 4]}}]}}',
        "a number as image": '{"dataframe_records": [{"image": 5}]}',
        "null as image": '{"dataframe_records": [{"image": null}]}',
        "a list as image": '{"dataframe_records": [{"image": [255, 216]}]}',
        "wrong base64": '{"dataframe_records": [{"image": "abc"}]}',
        "no base64": '{"dataframe_records": [{"image": "*** \\u00e9 \\ud800"}]}',
        "an address": '{"dataframe_records": [{"image": "http://127.0.0.1/picture.jpg"}]}',
        "a path": '{"dataframe_records": [{"image": "/etc/passwd"}]}',
        "too many rows": f'{{"dataframe_records": [{",".join([row] * 40)}]}}',
        "a second bad row": f'{{"dataframe_records": [{row}, {{"image": "AAAA"}}]}}',
        "a wide row": '{"dataframe_split": {"columns": ["image"], "data": [["a", "b"]]}}',
        "a column twice": '{"dataframe_split": {"columns": ["image", "image"], '
        f'"data": [["{text}", "{text}"]]}}}}',
        "no image column": '{"dataframe_split": {"columns": ["boxes"], "data": [[null]]}}',
        "a wrong index": '{"dataframe_split": {"columns": ["image"], "index": [0, 1], '
        f'"data": [["{text}"]]}}}}',
        "deep nesting": '{"dataframe_records": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "deep objects": '{"params": ' * 50_000,
        "an unknown task": f'{{"dataframe_records": [{row}], "params": {{"task": "cats"}}}}',
        "a number as task": f'{{"dataframe_records": [{row}], "params": {{"task": 5}}}}',
        "a word as flip": f'{{"dataframe_records": [{row}], "params": {{"flip": "yes"}}}}',
        "another parameter": f'{{"dataframe_records": [{row}], "params": {{"threshold": 1}}}}',
        "parameters in a list": f'{{"dataframe_records": [{row}], "params": ["coco"]}}',
    }
    sent = {name: Sent(JSON, body.encode()) for name, body in bodies.items()}
    for name, boxes in HOSTILE_BOXES.items():
        body = f'{{"dataframe_records": [{{"image": "{text}", "boxes": {boxes}}}]}}'
        sent[f"boxes: {name}"] = Sent(JSON, body.encode())
    for name, image in hostile_images.items():
        record = {"image": base64.b64encode(image).decode()}
        sent[f"image: {name}"] = Sent(JSON, json.dumps({"dataframe_records": [record]}).encode())
    good = f'{{"dataframe_records": [{row}]}}'.encode()
    return sent | {
        "no content type": Sent(None, good),
        "CSV": Sent("text/csv", b"image\nabc\n"),
        "Parquet": Sent("application/vnd.apache.parquet", b"PAR1PAR1"),
        "a form": Sent("multipart/form-data; boundary=x", b"--x--"),
        "another charset": Sent(f"{JSON}; charset=utf-16", good),
        "UTF-16": Sent(JSON, good.decode().encode("utf-16")),
        "no UTF-8": Sent(JSON, b'{"dataframe_records": [{"image": "\xff\xfe"}]}'),
        "binary": Sent(JSON, bytes(range(256)) * 100),
        "too long": Sent(JSON, b" " * (33 * 2**20)),
        "a newline behind the address": Sent("text/csv", b"image\nabc\n", "/invocations\n"),
        "the same, deeply nested": Sent(JSON, bodies["deep nesting"].encode(), "/invocations\n"),
        "another address": Sent(None, b"x", "/elsewhere"),
    }
