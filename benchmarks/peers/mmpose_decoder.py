"""mmpose's own decoding of heatmaps, driven by `decoding_speed.py` line by line.

    PEER_PYTHON benchmarks/peers/mmpose_decoder.py HEATMAPS.npy KEYPOINTS.npy WIDTH HEIGHT

Runs in an environment of its own, which `reader_speed.py` says how to make. For each line of input
it decodes all heatmaps by the codec of mmpose's ViTPose recipes, writes the keypoints, and answers
with the seconds that decoding took, on the clock and of the processor.
"""

import importlib
import sys
import time

import numpy as np

# xtcocotools is built from source against NumPy 1; its reader of annotations is pycocotools'.
for part in ("", ".coco", ".cocoeval", ".mask"):
    sys.modules[f"xtcocotools{part}"] = importlib.import_module(f"pycocotools{part}")

from mmpose.codecs import UDPHeatmap  # noqa: E402


def main(source: str, destination: str, width: str, height: str) -> None:
    """Answer until the input ends."""
    heatmaps = np.load(source)
    size = heatmaps.shape[:1:-1]
    codec = UDPHeatmap(input_size=(int(width), int(height)), heatmap_size=size, sigma=2)
    print("ready", flush=True)
    for _ in sys.stdin:
        began = time.perf_counter(), time.process_time()
        decoded = [codec.decode(sample) for sample in heatmaps]
        ended = time.perf_counter(), time.process_time()
        # It scales by input / (heatmap - 1); UDP's stride is (input - 1) / (heatmap - 1).
        found = np.concatenate([keypoints for keypoints, _ in decoded])
        np.save(destination, found / codec.input_size * (np.array(codec.input_size) - 1))
        print(*(end - begin for begin, end in zip(began, ended, strict=True)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
