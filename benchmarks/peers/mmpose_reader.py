"""mmpose's own training pipeline, driven by `reader_speed.py` line by line.

    PEER_PYTHON benchmarks/peers/mmpose_reader.py ANNOTATIONS IMAGES SKELETON.json

Runs in an environment of its own, which `reader_speed.py` says how to make. Each line of input is
a request in JSON, each line of output its answer.
"""

import importlib
import importlib.util
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import cv2
import numpy as np
import torch

# xtcocotools is built from source against NumPy 1; its reader of annotations is pycocotools'.
for part in ("", ".coco", ".cocoeval", ".mask"):
    sys.modules[f"xtcocotools{part}"] = importlib.import_module(f"pycocotools{part}")

import mmpose  # noqa: E402
from mmengine.dataset import pseudo_collate  # noqa: E402
from mmengine.registry import init_default_scope  # noqa: E402
from mmpose.datasets import CocoDataset  # noqa: E402

# mmpose's td-hm_ViTPose-*_8xb64-210e_coco-256x192 recipes.
CODEC = {
    "type": "UDPHeatmap",
    "input_size": (192, 256),
    "heatmap_size": (48, 64),
    "sigma": 2,
}
READ = [{"type": "LoadImage"}, {"type": "GetBBoxCenterScale"}]
STRAY = [
    {"type": "RandomFlip", "direction": "horizontal"},
    {"type": "RandomHalfBody"},
    {"type": "RandomBBoxTransform"},
]
MAKE = [
    {"type": "TopdownAffine", "input_size": CODEC["input_size"], "use_udp": True},
    {"type": "GenerateTarget", "encoder": CODEC},
    {"type": "PackPoseInputs"},
]
STEPS = {
    "LoadImage": "decode",
    "TopdownAffine": "warp",
    "GenerateTarget": "target",
    "PackPoseInputs": "batch",
}
"""What a transform's time counts as; the others' counts as `view`."""


def preprocessor() -> torch.nn.Module:
    """The recipe's `PoseDataPreprocessor`, loaded past mmpose.models, which asks for mmdet."""
    path = Path(mmpose.__file__).parent / "models/data_preprocessors/data_preprocessor.py"
    spec = importlib.util.spec_from_file_location("data_preprocessor", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.PoseDataPreprocessor(
        mean=[123.675, 116.28, 103.53], std=[58.395, 57.12, 57.375], bgr_to_rgb=True
    )


def metainfo(skeleton: dict) -> dict:
    """A skeleton file as mmpose wants it."""
    twins = skeleton["twins"] + [pair[::-1] for pair in skeleton["twins"]]
    points = {
        index: {
            "name": name,
            "id": index,
            "color": [0, 0, 0],
            "type": "upper" if name in skeleton["upper_body"] else "lower",
            "swap": dict(twins).get(name, ""),
        }
        for index, name in enumerate(skeleton["keypoints"])
    }
    limbs = {
        index: {"link": pair, "id": index, "color": [0, 0, 0]}
        for index, pair in enumerate(skeleton["limbs"])
    }
    return {
        "dataset_name": skeleton["name"],
        "keypoint_info": points,
        "skeleton_info": limbs,
        "joint_weights": [1.0] * len(points),
        "sigmas": skeleton["sigmas"],
    }


class Reader:
    """The data set with its augmentation, and without."""

    def __init__(self, annotations: str, images: str, skeleton: str) -> None:
        given = {
            "ann_file": annotations,
            "data_prefix": {"img": images},
            "metainfo": metainfo(json.loads(Path(skeleton).read_text())),
        }
        self.training = CocoDataset(**given, pipeline=READ + STRAY + MAKE)
        self.plain = CocoDataset(**given, pipeline=READ + MAKE)
        self.preprocessor = preprocessor()

    def ids(self) -> list[int]:
        """The annotations that are read, in order."""
        return [self.plain.get_data_info(i)["id"] for i in range(len(self.plain))]

    def finish(self, samples: list[dict]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Samples to the normalised batch, heatmaps and weights, as the model's loss does."""
        batch = self.preprocessor(pseudo_collate(samples), training=True)
        poses = batch["data_samples"]
        heatmaps = torch.stack([pose.gt_fields.heatmaps for pose in poses])
        weights = torch.cat([pose.gt_instance_labels.keypoint_weights for pose in poses])
        return batch["inputs"], heatmaps, weights

    def round(self, batches: list[list[int]]) -> float:
        """Processor seconds that these batches take."""
        began = time.process_time()
        for batch in batches:
            self.finish([self.training[i] for i in batch])
        return time.process_time() - began

    def steps(self, batches: list[list[int]]) -> dict[str, float]:
        """Processor seconds that each step takes of these batches."""
        seconds: dict[str, float] = defaultdict(float)
        for batch in batches:
            samples = [self._sample(i, seconds) for i in batch]
            began = time.process_time()
            self.finish(samples)
            seconds["batch"] += time.process_time() - began
        return seconds

    def _sample(self, index: int, seconds: dict[str, float]) -> dict:
        began = time.process_time()
        sample = self.training.get_data_info(index)
        seconds["view"] += time.process_time() - began
        for transform in self.training.pipeline.transforms:
            began = time.process_time()
            sample = transform(sample)
            step = STEPS.get(type(transform).__name__, "view")
            seconds[step] += time.process_time() - began
        return sample

    def plain_batch(self, batch: list[int], file: str) -> None:
        """Write what a batch becomes without augmentation."""
        pictures, heatmaps, weights = self.finish([self.plain[i] for i in batch])
        boxes = np.concatenate([self.plain.get_data_info(i)["bbox"] for i in batch])
        np.savez(file, pictures=pictures, heatmaps=heatmaps, weights=weights, boxes=boxes)

    def versions(self) -> str:
        """Of what does the work."""
        return (
            f"mmpose {mmpose.__version__}, OpenCV {cv2.__version__}, torch {torch.__version__}, "
            f"NumPy {np.__version__}"
        )


def serve() -> None:
    """Answer requests until the input ends."""
    # Libraries print; only answers may stand in the output.
    answers, sys.stdout = sys.stdout, sys.stderr
    cv2.setNumThreads(0)
    torch.set_num_threads(1)
    np.random.seed(0)  # noqa: NPY002  (mmpose draws from it)
    init_default_scope("mmpose")
    reader = Reader(*sys.argv[1:])
    for line in sys.stdin:
        request, *arguments = json.loads(line)
        print(json.dumps(getattr(reader, request)(*arguments)), file=answers, flush=True)


if __name__ == "__main__":
    serve()
