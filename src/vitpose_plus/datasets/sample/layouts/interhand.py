"""InterHand2.6M: pictures, cameras and joints in space in three files a split."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from vitpose_plus.datasets.sample.camera import Camera, set_up_rig
from vitpose_plus.datasets.sample.config import SampleConfig
from vitpose_plus.datasets.sample.gesture import SEQUENCES, HeldHand, Sequence, hold_hands
from vitpose_plus.datasets.sample.hand import CHAINS
from vitpose_plus.datasets.sample.layouts.layout import Layout, Picture, Record, Shot, write_json
from vitpose_plus.datasets.sample.space import RIGHT
from vitpose_plus.datasets.sample.studio import draw_subject, expose

SPLITS = ("train", "val", "test")
# Moments that one capture records; each capture has its own subject and rig.
CAPTURE = 20
FRAME_STEP = 6
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
# From each finger's tip to its root, the wrist last.
ORDER = [*(joint for chain in CHAINS for joint in reversed(chain)), 0]
HAND, JOINTS = len(ORDER), 2 * len(ORDER)
# How often the annotators did not find a finger's tip, or a wrist.
LOST_TIP, LOST_WRIST = 0.03, 0.03
# Joints that were not found lie here.
NOWHERE = 1.0
MARGIN = 1.2


@dataclass(frozen=True, slots=True)
class Moment:
    """What is seen at once: a frame of a sequence of a capture, by some cameras."""

    capture: int
    frame: int
    sequence: Sequence
    cameras: tuple[Camera, ...]


def _shots(config: SampleConfig) -> list[Shot]:
    if config.interhand is None:
        return []
    sizes = asdict(config.interhand)
    shots: list[Shot] = []
    for split in SPLITS:
        for index in range(sizes[split]):
            moment = Moment(
                capture=index // CAPTURE,
                frame=FRAME_STEP * (100 + index),
                sequence=SEQUENCES[index % len(SEQUENCES)],
                cameras=set_up_rig(split, index // CAPTURE, sizes["cameras"]),
            )
            files = tuple(f"images/{split}/{_file(moment, c)}" for c in moment.cameras)
            shots.append(Shot("interhand", split, len(shots) + 1, files, moment))
    return shots


def _file(moment: Moment, camera: Camera) -> str:
    folder = f"Capture{moment.capture}/{moment.sequence.name}/cam{camera.name}"
    return f"{folder}/image{moment.frame}.jpg"


def _take(shot: Shot[Moment], rng: np.random.Generator) -> list[Picture]:
    hands = hold_hands(rng, shot.plan.sequence)
    subject = draw_subject(rng)
    joints, found = _joints(hands, rng)
    moment = {
        "world_coord": joints.tolist(),
        "joint_valid": found[:, None].tolist(),
        "hand_type": shot.plan.sequence.hand_type,
        "hand_type_valid": True,
    }
    return [
        Picture(
            expose(rng, hands, subject, camera),
            _record(shot.plan, camera, joints, found) | {"moment": moment},
        )
        for camera in shot.plan.cameras
    ]


def _joints(hands: list[HeldHand], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """[42, 3] mm and [42] flags of both hands, the right one first."""
    joints, found = np.full((JOINTS, 3), NOWHERE), np.zeros(JOINTS, dtype=bool)
    for hand in hands:
        first = 0 if hand.side == RIGHT else HAND
        joints[first : first + HAND] = np.round(hand.points[ORDER], 4)
        found[first : first + HAND] = True
        lost = rng.random(6) < [*[LOST_TIP] * 5, LOST_WRIST]
        found[first : first + HAND : 4] &= ~lost
    joints[~found] = NOWHERE
    return joints, found


def _record(moment: Moment, camera: Camera, joints: np.ndarray, found: np.ndarray) -> Record:
    """One picture's entries of `images` and `annotations`, without ids."""
    pixels, _, _ = camera.project(joints)
    valid = found & camera.inside(pixels)
    hand_type = moment.sequence.hand_type
    return {
        "image": {
            "file_name": _file(moment, camera),
            "width": camera.size[0],
            "height": camera.size[1],
            "capture": moment.capture,
            "subject": moment.capture,
            "seq_name": moment.sequence.name,
            "camera": camera.name,
            "frame_idx": moment.frame,
        },
        "annotation": {
            "bbox": _box(pixels[valid]),
            "joint_valid": valid[:, None].astype(int).tolist(),
            "hand_type": hand_type,
            "hand_type_valid": int(hand_type != "interacting" or valid.sum() > 30),
        },
    }


def _box(pixels: np.ndarray) -> list[float]:
    """x, y, width, height a fifth larger than what surrounds the points [N, 2]."""
    if not len(pixels):
        return [0.0] * 4
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    size = MARGIN * (high - low)
    return [float(v) for v in (*((low + high - size) / 2), *size)]


def _write(folder: Path, shots: list[Shot], records: list[list[Record]]) -> None:
    number = 0
    for split in SPLITS:
        data: Record = {"images": [], "annotations": []}
        cameras: Record = {}
        joints: Record = {}
        for shot, pictures in zip(shots, records, strict=True):
            if shot.split != split:
                continue
            capture = str(shot.plan.capture)
            cameras[capture] = _calibration(shot.plan.cameras)
            joints.setdefault(capture, {})[str(shot.plan.frame)] = pictures[0]["moment"]
            for picture in pictures:
                number += 1
                data["images"].append({"id": number} | picture["image"])
                ids = {"id": number, "image_id": number}
                data["annotations"].append(ids | picture["annotation"])
        stem = folder / "annotations" / split / f"InterHand2.6M_{split}"
        for kind, content in (("data", data), ("camera", cameras), ("joint_3d", joints)):
            write_json(stem.with_name(f"{stem.name}_{kind}.json"), content)
    (folder / "annotations" / "skeleton.txt").write_text(_tree())


def _calibration(cameras: tuple[Camera, ...]) -> Record:
    return {
        "campos": {camera.name: camera.position.tolist() for camera in cameras},
        "camrot": {camera.name: camera.rotation.tolist() for camera in cameras},
        "focal": {camera.name: camera.focal.tolist() for camera in cameras},
        "princpt": {camera.name: camera.centre.tolist() for camera in cameras},
    }


def _tree() -> str:
    """The file that names the joints: a name, its number, its parent's."""
    lines = ["# keypoint name, keypoint index, parent index"]
    for side, first in (("r", 0), ("l", HAND)):
        wrist = first + HAND - 1
        for number in range(first, wrist):
            finger, joint = divmod(number - first, 4)
            parent = wrist if joint == 3 else number + 1
            lines.append(f"{side}_{FINGERS[finger]}{4 - joint} {number} {parent}")
        lines.append(f"{side}_wrist {wrist} -1")
    return "\n".join(lines) + "\n"


INTERHAND = Layout("interhand", _shots, _take, _write)
