"""Contrast and colour-blind distances, computed from the tokens (VISUAL 2, 3.6 c)."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from aqsense.view.tokens import CONTRIBUTORS, ON_GROUND, PAPER, TEXT_COLOURS, TOE_OFF_EDGE

# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
SIGHTS = {
    "normal": ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], 50),
    "protanopia": (
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        40,
    ),
    "deuteranopia": (
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
        40,
    ),
    "tritanopia": (
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
        20,
    ),
}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


def linear(colour: str) -> np.ndarray:
    value = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio."""
    low, high = sorted(float(LUMINANCE @ linear(colour)) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB, D65."""
    to_xyz = np.array([[0.4124564, 0.3575761, 0.1804375], LUMINANCE, [0.0193339, 0.1191920, 0.9503041]])
    xyz = to_xyz @ np.clip(rgb, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_contrast_of_known_pairs():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("ground", [PAPER, ON_GROUND])
@pytest.mark.parametrize("token", CONTRIBUTORS.values(), ids=lambda token: token.word)
def test_marks_stand_out(token, ground):
    assert contrast(token.colour, ground) >= 3


@pytest.mark.parametrize("ground", [PAPER, ON_GROUND])
@pytest.mark.parametrize("colour", TEXT_COLOURS)
def test_text_stands_out(colour, ground):
    assert contrast(colour, ground) >= 4.5


def test_toe_off_stands_out():
    assert contrast(TOE_OFF_EDGE, PAPER) >= 3
    assert contrast(TOE_OFF_EDGE, ON_GROUND) >= 3


@pytest.mark.parametrize("sight", SIGHTS)
def test_colours_differ_for_every_eye(sight):
    matrix, least = SIGHTS[sight]
    labs = [lab(np.array(matrix) @ linear(token.colour)) for token in CONTRIBUTORS.values()]
    assert min(float(np.linalg.norm(a - b)) for a, b in combinations(labs, 2)) >= least


def test_shapes_and_lanes_differ():
    tokens = list(CONTRIBUTORS.values())
    assert len({token.mark for token in tokens}) == len({token.lane for token in tokens}) == 4
    assert [token.lane for token in tokens] == sorted((token.lane for token in tokens), reverse=True)
