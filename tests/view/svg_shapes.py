"""Reads the named shapes of a saved picture back."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np

SVG = "{http://www.w3.org/2000/svg}"


def drawn(path: Path) -> dict[str, np.ndarray]:
    """Points of every named shape, in the SVG's units."""
    return {name: points_of(outline) for name, outline in outlines(path).items()}


def styles(path: Path) -> dict[str, dict[str, str]]:
    """Style of every named shape: `stroke-width`, `stroke-dasharray` ..."""
    return {
        name: dict(part.split(": ") for part in outline.attrib["style"].split("; "))
        for name, outline in outlines(path).items()
    }


def outlines(path: Path) -> dict[str, ET.Element]:
    found: dict[str, ET.Element] = {}
    for group in ET.parse(path).iter(f"{SVG}g"):
        outline = group.find(f"{SVG}path")
        if "id" in group.attrib and outline is not None:
            found[group.attrib["id"]] = outline
    return found


def points_of(outline: ET.Element) -> np.ndarray:
    numbers = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", outline.attrib["d"])]
    return np.array(numbers).reshape(-1, 2)


def middle(points: np.ndarray) -> np.ndarray:
    """Middle of a shape's box."""
    return (points.min(axis=0) + points.max(axis=0)) / 2


def ms_per_unit(shapes: dict[str, np.ndarray], side: str, lane_ms: float = 5.0) -> tuple[float, float]:
    """Zero in SVG units and ms per unit, read from the drawn lane."""
    xs = np.unique(np.round(shapes[f"lane-{side}"][:, 0], 4))
    assert len(xs) == 2
    return float(xs.mean()), 2 * lane_ms / float(xs[1] - xs[0])
