"""The shape that a data set's poses have in common."""

import numpy as np

SAMPLED = 500
ROUNDS = 6
FULL = 0.8
"""Of the fullest instance's labelled keypoints: instances with fewer are not looked at."""


def typical_pose(
    keypoints: np.ndarray, visibility: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The median of poses that were moved, scaled, turned and mirrored onto one another.

    A plain mean would lay horses that look left on those that look right, and hands that point
    anywhere on one heap (generalised Procrustes analysis, Gower 1975; the median, because single
    keypoints are wildly wrong in real sets). It stands the way up that the poses do, and
    looks the way that most of them do.

    Args:
        keypoints: [N, K, 2] pixels.
        visibility: [N, K] 0: unlabelled.
        rng: which poses are looked at, of many.

    Returns:
        [K, 2] of any scale; nan where a keypoint is never labelled in the poses looked at.

    Raises:
        ValueError: no pose has two labelled keypoints.
    """
    poses = _fullest(keypoints, visibility, rng)
    # The most labelled first: the start should know every keypoint that any knows.
    shape = poses[np.isfinite(poses).sum(axis=1).argmax()]
    for _ in range(ROUNDS):
        aligned, upright, mirrored = _align(poses, shape)
        shape = _median(aligned)
        shape = (shape - np.nanmean(shape)) / max(np.nanstd(shape), 1e-12)
    shape *= -1j / upright
    shape = -shape.conj() if mirrored > 0.5 else shape
    return np.stack([shape.real, shape.imag], axis=1)


def _fullest(keypoints: np.ndarray, visibility: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """[N, K] complex: x + iy of well labelled instances, nan where unlabelled."""
    labelled = (visibility > 0).sum(axis=1)
    full = np.flatnonzero(labelled >= max(FULL * labelled.max(initial=0), 2))
    if not len(full):
        raise ValueError("no pose has two labelled keypoints")
    chosen = rng.permutation(full)[:SAMPLED]
    points = keypoints[chosen].astype(np.float64)
    return np.where(visibility[chosen] > 0, points[..., 0] + 1j * points[..., 1], np.nan)


def _align(poses: np.ndarray, shape: np.ndarray) -> tuple[np.ndarray, complex, float]:
    """The poses [N, K] laid on the shape, its way up, and the share that fitted it mirrored."""
    kept, turn = _lay(poses, shape)
    mirrored, mirrored_turn = _lay(poses.conj(), shape)
    off, mirrored_off = (np.nansum(abs(laid - shape) ** 2, axis=1) for laid in (kept, mirrored))
    better = mirrored_off < off
    aligned = np.where(better[:, None], mirrored, kept)
    # Up in a picture is -i; mirroring by conj() makes it +i.
    up = np.where(better, mirrored_turn * 1j, turn * -1j)
    mean = np.mean(up / np.maximum(abs(up), 1e-12))
    return aligned, complex(mean / abs(mean)) if abs(mean) else -1j, float(better.mean())


def _lay(poses: np.ndarray, shape: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least squares over turn, scale and shift: poses [N, K] on the shape, and turns [N]."""
    known = np.isfinite(poses) & np.isfinite(shape)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    z, w = np.where(known, poses, 0), np.where(known, shape, 0)
    centre, target = (s.sum(axis=1, keepdims=True) / count for s in (z, w))
    z, w = np.where(known, z - centre, 0), np.where(known, w - target, 0)
    turn = (z.conj() * w).sum(axis=1) / np.maximum((abs(z) ** 2).sum(axis=1), 1e-12)
    return turn[:, None] * (poses - centre) + target, turn


def _median(aligned: np.ndarray) -> np.ndarray:
    known = np.isfinite(aligned).any(axis=0)
    median = np.full(aligned.shape[1], np.nan + 0j)
    some = aligned[:, known]
    median[known] = np.nanmedian(some.real, axis=0) + 1j * np.nanmedian(some.imag, axis=0)
    return median
