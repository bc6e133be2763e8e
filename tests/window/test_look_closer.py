"""LOOK CLOSER: choose, exclude, move, undo, video time, export; by keys and clicks."""

from __future__ import annotations

import csv
import hashlib
import math
import shutil
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_stand_in import StandIn, recording, wait_for

from aqsense.live.review import Review
from aqsense.model import Event
from aqsense.snapshot import Action, Do, Screen, Snapshot
from aqsense.view.window.card_maker import CardMaker
from aqsense.view.window.keys import View
from aqsense.view.window.window import LiveWindow

Seen = tuple[list[Snapshot], Snapshot]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "sprint"
    shutil.copytree(recording("sprint-late-right-arm"), made)
    return made


@pytest.fixture
def review(app: QApplication, folder: Path, tmp_path: Path) -> Iterator[LiveWindow]:
    session = Review(folder)
    session.start()
    window = LiveWindow(session.latest, session.send, CardMaker(tmp_path / "out"), is_review=True)
    window.resize(1280, 720)
    window.show()
    wait_for(app, lambda: window.view is View.CLOSER)
    yield window
    window.close()
    session.close()


@pytest.fixture
def closer(window: LiveWindow, session: StandIn, app: QApplication, late_arm: Seen) -> LiveWindow:
    session.show(late_arm[1])
    window.look()
    QTest.keyClick(window, Qt.Key.Key_V)
    app.processEvents()
    assert window.view is View.CLOSER
    return window


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def answer(window: LiveWindow, key: Qt.Key, text: str) -> None:
    QTest.keyClick(window, key)
    QTest.keyClicks(window.entry.line, text)
    QTest.keyClick(window.entry.line, Qt.Key.Key_Return)


def choose(window: LiveWindow, event: Event) -> None:
    for _ in range(40):
        chosen = window.closer.chosen
        if chosen is not None and chosen.event is event:
            return
        QTest.keyClick(window, Qt.Key.Key_Right)
    raise AssertionError(event)


def test_strides_by_key_and_click(closer: LiveWindow, app: QApplication) -> None:
    state = closer.closer
    QTest.keyClick(closer, Qt.Key.Key_Space)
    QTest.keyClick(closer, Qt.Key.Key_Down)
    assert state.stride is state.strides[2]
    QTest.keyClick(closer, Qt.Key.Key_Up)
    assert state.stride is state.strides[1]
    frame = state.picture.frame
    assert frame is not None
    QTest.mouseClick(state.picture, Qt.MouseButton.LeftButton, pos=QPoint(300, round(frame.middle(9))))
    assert state.stride is not None
    assert state.stride.number == frame.rows[9].number


def test_five_waveforms_with_the_peaks_of_the_stride(closer: LiveWindow) -> None:
    state = closer.closer
    assert len(state.plots.plots) == 5
    assert state.stride is not None
    scored = [event for event in state.stride.events if event.token is not None]
    assert len(scored) == 8
    low, high = state.plots.plots[0].getViewBox().viewRange()[0]
    assert all(low < event.time_s < high for event in state.stride.events)


def test_a_click_on_a_peak_chooses_it(closer: LiveWindow, app: QApplication) -> None:
    state = closer.closer
    stride = state.stride
    assert stride is not None
    index = next(i for i, event in enumerate(stride.events) if event.event is Event.TRUNK_YAW_PEAK)
    sites = [wave.site for wave in closer.closer.run.waves if wave.channel != "pitch rate"]  # type: ignore[union-attr]
    box = state.plots.plots[sites.index("trunk")].getViewBox()
    scene = box.mapViewToScene(box.viewRect().center())
    scene.setX(box.mapViewToScene(QPoint(0, 0)).x())
    x = box.mapViewToScene(_point(stride.events[index].time_s)).x()
    at = state.plots.mapFromScene(_point(x, scene.y()))
    QTest.mouseClick(state.plots.viewport(), Qt.MouseButton.LeftButton, pos=at)
    app.processEvents()
    assert state.chosen is stride.events[index]


def _point(x: float, y: float = 0.0):
    from PySide6.QtCore import QPointF

    return QPointF(x, y)


def test_wishes_name_the_event(closer: LiveWindow, session: StandIn) -> None:
    choose(closer, Event.ARM_FORWARD_PEAK)
    event = closer.closer.chosen
    assert event is not None
    answer(closer, Qt.Key.Key_M, "-8 seen on video")
    answer(closer, Qt.Key.Key_X, "cable caught")
    answer(closer, Qt.Key.Key_K, "stumbled")
    QTest.keyClick(closer, Qt.Key.Key_Z)
    moved, excluded, skipped, undone = session.sent
    assert (moved.do, moved.run, moved.step, moved.event, moved.text) == (
        Do.MOVE, 1, event.step, "arm_forward_peak", "seen on video",
    )  # fmt: skip
    assert moved.time_s == pytest.approx(event.time_s - 0.008)
    for wish, event_name, why in (
        (excluded, "arm_forward_peak", "cable caught"),
        (skipped, "step", "stumbled"),
    ):
        found = (wish.do, wish.run, wish.step, wish.event, wish.text)
        assert found == (Do.EXCLUDE, 1, event.step, event_name, why)
        assert math.isnan(wish.time_s)
    assert undone.do is Do.INCLUDE


def test_a_move_that_is_none_is_said(closer: LiveWindow, session: StandIn) -> None:
    answer(closer, Qt.Key.Key_M, "a bit later")
    closer.look()
    assert session.sent == []
    assert "is no move" in closer.message.text


def test_a_run_that_starts_comes_first(closer: LiveWindow, session: StandIn, late_arm: Seen) -> None:
    session.show(late_arm[0][3])
    closer.look()
    assert closer.view is View.RUNNING
    session.show(late_arm[1])
    closer.look()
    assert closer.view is View.RESULT


def test_the_live_session_corrects_its_runs(late_arm: Seen) -> None:
    from aqsense.acquire import read_recording
    from aqsense.live.session import LiveSession
    from aqsense.live.sources import Replay

    source = Replay(read_recording(recording("sprint-late-right-arm")))
    session = LiveSession(source.facts)
    session.take(list(source.packets()))
    session.finish()
    one = session.snapshot().results[0]
    steps = one.result.tables["steps"]
    step = int(steps["step"][10])
    time_s = float(steps["arm_s"][10])
    session.after_end([Action(Do.MOVE, run=1, step=step, event="arm_forward_peak", time_s=time_s + 0.01)])
    edited = session.snapshot().results[0]
    assert edited.edited
    assert float(edited.result.tables["steps"]["arm_s"][10]) == pytest.approx(time_s + 0.01)
    assert [edit.what for edit in session.edits()] == ["move"]
    session.after_end([Action(Do.INCLUDE, run=1)])
    again = session.snapshot().results[0]
    assert not again.edited
    np.testing.assert_array_equal(again.result.tables["steps"]["arm_s"], steps["arm_s"])


def test_a_recording_is_corrected_and_its_raw_data_stay(
    review: LiveWindow, app: QApplication, folder: Path
) -> None:
    raw = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.glob("*.csv")}
    choose(review, Event.ARM_FORWARD_PEAK)
    before = review.closer.chosen
    assert before is not None
    first = review.closer.run
    answer(review, Qt.Key.Key_M, "12 seen on video")
    wait_for(app, lambda: review.closer.run is not first)
    assert review.closer.run is not None
    assert review.closer.run.edited
    after = next(
        e for e in review.closer.strides[0].events if e.event is before.event and e.step == before.step
    )
    assert after.time_s == pytest.approx(before.time_s + 0.012, abs=1e-6)
    rows = table(folder / "edits.csv")
    assert [(row["what"], row["event"], row["why"]) for row in rows] == [
        ("move", "arm_forward_peak", "seen on video")
    ]
    QTest.keyClick(review, Qt.Key.Key_Z)
    wait_for(app, lambda: review.closer.run is not None and not review.closer.run.edited)
    assert {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in raw} == raw


def test_video_times_of_every_stride(review: LiveWindow, app: QApplication, folder: Path) -> None:
    QTest.keyClick(review, Qt.Key.Key_Space)
    stride = review.closer.stride
    assert stride is not None
    touchdown_s = stride.steps[0].contact_s
    answer(review, Qt.Key.Key_T, "1:02.50")
    wait_for(app, lambda: bool(np.isfinite(review.closer.offset_s)))
    assert review.closer.offset_s == pytest.approx(62.5 - touchdown_s, abs=1e-6)
    lines = [review.closer.list.item(i).text() for i in range(review.closer.list.count())]
    shown = [float(line.split("video ")[1].split()[0]) for line in lines]
    starts = [fact.start_s + 62.5 - touchdown_s for fact in review.closer.strides]
    assert shown == pytest.approx(starts, abs=0.006)
    assert "video,,,1:02.50" in (folder / "marks.csv").read_text()


def test_what_is_seen_is_exported(review: LiveWindow, app: QApplication, tmp_path: Path) -> None:
    QTest.keyClick(review, Qt.Key.Key_O)
    stem = tmp_path / "out" / "run-1-stride-1"
    review.look()
    assert str(stem) in review.message.text
    image = QImage(f"{stem}.png")
    assert (image.width(), image.height()) == (review.closer.width(), review.closer.height())
    svg = ElementTree.parse(f"{stem}.svg").getroot()
    texts = [node.text for node in svg.iter("{http://www.w3.org/2000/svg}text")]
    assert "LEFT FOOT PUSHES" in texts
    assert "left wrist" in " ".join(filter(None, texts))
    assert not list(svg.iter("{http://www.w3.org/2000/svg}image"))
    events = table(Path(f"{stem}-events.csv"))
    stride = review.closer.stride
    assert stride is not None
    assert [float(row["time_s"]) for row in events] == pytest.approx(
        [e.time_s for e in stride.events], abs=1e-6
    )
    waves = table(Path(f"{stem}-waves.csv"))
    assert {row["site"] for row in waves} == {"left_wrist", "right_wrist", "left_shin", "right_shin", "trunk"}


def test_results_without_a_recording_are_looked_at_only(app: QApplication, tmp_path: Path) -> None:
    from aqsense.acquire import read_recording
    from aqsense.analysis.pipeline import analyze
    from aqsense.view.tables import write_result

    results = tmp_path / "results"
    write_result(analyze(read_recording(recording("sprint-clean"))), results)
    session = Review(results)
    session.start()
    wait_for(app, lambda: session.latest().screen is Screen.RESULT)
    session.send(Action(Do.EXCLUDE, run=1, step=3, event="step"))
    wait_for(app, lambda: bool(session.latest().messages))
    assert "open its recording" in session.close().messages[-1].text
    assert not (results / "edits.csv").exists()
