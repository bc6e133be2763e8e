"""Rotations (n, 3, 3) about the body's axes, and small algebra with them."""

from __future__ import annotations

import numpy as np

from aqsense.model import Floats


def about_x(angle: Floats) -> Floats:
    """Rotations about x, forward."""
    return _rotations(angle, 1, 2, 1.0)


def about_right(angle: Floats) -> Floats:
    """Rotations about the athlete's right, -y."""
    return _rotations(angle, 2, 0, -1.0)


def about_z(angle: Floats) -> Floats:
    """Rotations about z, up."""
    return _rotations(angle, 0, 1, 1.0)


def turned(attitude: Floats, place: Floats) -> Floats:
    """A place (3,) of a segment in world directions, (n, 3)."""
    return np.einsum("nij,j->ni", attitude, place)


def about(vector: Floats, share: Floats) -> Floats:
    """Rotations about a fixed axis: by `share` (n,) of the angle |vector|, rad."""
    angle = float(np.sqrt(np.sum(vector * vector)))
    x, y, z = vector / angle
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    turn = (share * angle)[:, None, None]
    return np.eye(3) + np.sin(turn) * cross + (1.0 - np.cos(turn)) * (cross @ cross)


def axis_angle(rotation: Floats) -> Floats:
    """Axis times angle (3,), rad, of a rotation (3, 3) that turns by less than half a circle."""
    skew = rotation - rotation.T
    axis = np.array([skew[2, 1], skew[0, 2], skew[1, 0]])
    size = float(np.sqrt(np.sum(axis * axis)))
    angle = float(np.arctan2(0.5 * size, 0.5 * (np.trace(rotation) - 1.0)))
    return axis / size * angle


def _rotations(angle: Floats, first: int, second: int, sense: float) -> Floats:
    """Rotations that bring axis `first` towards `second` (against it for sense -1)."""
    found = np.zeros((len(angle), 3, 3))
    found[:] = np.eye(3)
    cos, sin = np.cos(angle), sense * np.sin(angle)
    found[:, first, first] = cos
    found[:, second, second] = cos
    found[:, first, second] = -sin
    found[:, second, first] = sin
    return found
