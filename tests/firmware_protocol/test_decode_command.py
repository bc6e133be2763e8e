"""`python -m firmware_protocol decode`: what people who debug a sensor see."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_protocol import FAMILIES
from firmware_protocol.__main__ import REFUSED, main

ROOT = Path(__file__).resolve().parents[2]
BATTERY = "118c633410"
SAMPLE = "0304e8059cfe7342"


def test_a_packet_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "metamotion", BATTERY, SAMPLE]) == 0
    said = capsys.readouterr()
    battery, sample = map(json.loads, said.out.splitlines())
    assert battery["kind"] == "answer"
    assert (battery["fields"]["battery_percent"], battery["fields"]["battery_mv"]) == (99, 4148)
    assert "accel_m_s2" not in battery
    assert sample["kind"] == "samples"
    assert sample["fields"]["raw"] == [[1512, -356, 17011]]
    assert sample["accel_m_s2"][0][2] == pytest.approx(17011 / 2048 * 9.80665)
    assert sample["clipped"] == [False]
    assert said.err == ""


def test_the_characteristic_decides(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["decode", "polar", "--characteristic", "FB005C81-02E7-F387-1CAD-8ACD2D8DF0C8", "0f05"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["fields"] == {"features": ["ECG", "ACC"]}
    assert main(["decode", "polar", "0f05"]) == REFUSED


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_what_is_no_packet_is_one_line(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", name, "00"]) == REFUSED
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("ProtocolError: ")
    assert said.err.count("\n") == 1
    assert "(byte " in said.err


def test_good_packets_in_front_of_a_bad_one_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decode", "metamotion", BATTERY, "ff", BATTERY]) == REFUSED
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == len(said.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["decode", "teapot", "00"], "teapot"),
        (["decode", "polar", "0g"], "'0g' is not hexadecimal"),
        (["decode", "polar", "012"], "'012' is not hexadecimal"),
        (["decode", "polar"], "HEX"),
        ([], "command"),
    ],
)
def test_wrong_words(words: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert told in capsys.readouterr().err


def test_as_a_program() -> None:
    command = [sys.executable, "-m", "firmware_protocol", "decode", "metamotion"]
    good = subprocess.run([*command, BATTERY], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (good.returncode, good.stderr) == (0, "")
    assert json.loads(good.stdout)["fields"]["battery_percent"] == 99
    bad = subprocess.run([*command, "118c6334"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (bad.returncode, bad.stdout) == (REFUSED, "")
    reason = "4 bytes; expected 5: battery: percent and millivolts (byte 4 of 4: 118c6334)"
    assert bad.stderr == f"ProtocolError: {reason}\n"
