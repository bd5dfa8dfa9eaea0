"""A person's proportions and the kinematic tree: joint angles to joints in space."""

from dataclasses import dataclass

import numpy as np

from vitpose_plus.datasets.sample.pose import Arm, Leg, Pose
from vitpose_plus.datasets.sample.space import LEFT, SIDES, rot_x, rot_y, rot_z


@dataclass(frozen=True, slots=True)
class Build:
    """Lengths in units of the standing height; girth scales every thickness."""

    shoulder: float
    hip: float
    spine: float
    neck: float
    head: float
    upper_arm: float
    forearm: float
    hand: float
    thigh: float
    shin: float
    foot: float
    girth: float


def draw_build(rng: np.random.Generator) -> Build:
    """An adult, or one time in five a child with a larger head and shorter limbs.

    Heads, hands and feet are larger than life, so that they can be told in small pictures.
    """
    child = rng.random() < 0.2
    limb = rng.uniform(0.94, 1.06) * (0.9 if child else 1.0)
    girth = rng.uniform(1.15, 1.65)
    return Build(
        shoulder=rng.uniform(0.108, 0.13),
        hip=rng.uniform(0.058, 0.07),
        spine=rng.uniform(0.275, 0.30),
        neck=0.055 if child else 0.065,
        head=(0.245 if child else 0.205) * rng.uniform(0.95, 1.06),
        upper_arm=0.165 * limb,
        forearm=0.15 * limb,
        hand=0.125,
        thigh=0.245 * limb,
        shin=0.235 * limb,
        foot=0.145 * rng.uniform(0.95, 1.1),
        girth=girth,
    )


@dataclass(slots=True)
class Body:
    """Joints in the figure's axes.

    Attributes:
        joints: name to [3] units.
        frames: head, chest, pelvis and each hand and foot to its [3, 3] axes.
    """

    joints: dict[str, np.ndarray]
    frames: dict[str, np.ndarray]


def articulate(build: Build, pose: Pose) -> Body:
    """Forward kinematics. The root, midway between the hips, is the origin."""
    body = Body({}, {})
    joints, frames = body.joints, body.frames
    pelvis = pose.root
    chest = pelvis @ rot_y(pose.turn) @ rot_z(pose.side) @ rot_x(pose.lean)
    head = chest @ rot_y(pose.head_turn) @ rot_z(pose.head_tilt) @ rot_x(pose.nod)
    frames.update(pelvis=pelvis, chest=chest, head=head)
    joints["pelvis"] = np.zeros(3)
    waist = pelvis @ [0, 0.4 * build.spine, 0]
    joints["waist"] = waist
    joints["thorax"] = waist + chest @ [0, 0.6 * build.spine, 0]
    joints["neck"] = joints["thorax"] + chest @ [0, 0.3 * build.neck, 0]
    joints["upper_neck"] = joints["thorax"] + chest @ [0, build.neck, 0.012]
    joints["head"] = joints["upper_neck"] + head @ [0, 0.44 * build.head, 0.012]
    for side in SIDES:
        arm = pose.left_arm if side == LEFT else pose.right_arm
        leg = pose.left_leg if side == LEFT else pose.right_leg
        _hang_arm(body, build, side, arm)
        _hang_leg(body, build, side, leg)
    return body


def _hang_arm(body: Body, build: Build, side: str, arm: Arm) -> None:
    sign = 1 if side == LEFT else -1
    joints = body.joints
    upper = (
        body.frames["chest"]
        @ rot_z(sign * arm.spread)
        @ rot_x(-arm.lift)
        @ rot_y(-sign * arm.twist)
    )
    lower = upper @ rot_x(-arm.elbow) @ rot_y(-sign * arm.roll)
    hand = lower @ rot_z(-sign * arm.wrist)
    rise = 0.045 * max(0.0, np.sin(arm.spread))
    at = joints["thorax"] + body.frames["chest"] @ [sign * build.shoulder, rise - 0.012, 0]
    joints[f"{side}_shoulder"] = at
    joints[f"{side}_elbow"] = at = at + upper @ [0, -build.upper_arm, 0]
    joints[f"{side}_wrist"] = at + lower @ [0, -build.forearm, 0]
    body.frames[f"{side}_hand"] = hand


def _hang_leg(body: Body, build: Build, side: str, leg: Leg) -> None:
    sign = 1 if side == LEFT else -1
    joints = body.joints
    upper = (
        body.frames["pelvis"]
        @ rot_z(sign * leg.spread)
        @ rot_x(-leg.lift)
        @ rot_y(sign * leg.twist)
    )
    lower = upper @ rot_x(leg.knee)
    foot = lower @ rot_x(leg.ankle)
    at = body.frames["pelvis"] @ [sign * build.hip, -0.012, 0]
    joints[f"{side}_hip"] = at
    joints[f"{side}_knee"] = at = at + upper @ [0, -build.thigh, 0]
    joints[f"{side}_ankle"] = at = at + lower @ [0, -build.shin, 0]
    heel, toe, splay = 0.22 * build.foot, 0.72 * build.foot, 0.17 * build.foot
    joints[f"{side}_heel"] = at + foot @ [0, -0.034, -heel]
    joints[f"{side}_big_toe"] = at + foot @ [-sign * splay * 0.6, -0.038, toe]
    joints[f"{side}_small_toe"] = at + foot @ [sign * splay, -0.038, toe * 0.82]
    body.frames[f"{side}_foot"] = foot
