import json

from vitpose_plus.checkpoints.onnx.describe import describe_use
from vitpose_plus.geometry import MEAN, STD
from vitpose_plus.models import Task, ViTPoseConfig
from vitpose_plus.skeletons import SKELETONS


def test_all_that_inference_needs_is_said_in_json():
    task = Task(name="coco", skeleton=SKELETONS["coco"])
    config = ViTPoseConfig(size="s", ffn="plain", input_size=(384, 288), tasks=(task,))
    said = {key: json.loads(value) for key, value in describe_use(config).items()}
    assert said["task"] == "coco"
    assert said["input_size"] == [384, 288]
    assert (tuple(said["mean"]), tuple(said["std"])) == (MEAN, STD)
    assert said["box_padding"] == 1.25
    names = said["keypoints"]
    assert (len(names), names[0]) == (17, "nose")
    assert {(names[a], names[b]) for a, b in said["flip_pairs"]} == set(SKELETONS["coco"].twins)
    assert {(names[a], names[b]) for a, b in said["limbs"]} == set(SKELETONS["coco"].limbs)
