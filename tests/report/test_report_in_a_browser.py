"""Reports in a real browser: at three widths and on paper (VISUAL 6)."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import browsing
import pytest
from made_result import Naming, made_result

from aqsense.model import Result
from aqsense.view.report import save_reports
from aqsense.view.tables import write_result

pytestmark = pytest.mark.skipif(bool(browsing.missing()), reason=browsing.missing() or "there is one")

HOSTILE = "<img src=x onerror=alert(1)>\"'&</title><script>alert(2)</script>" + "W" * 40
DETAIL = "Strides 5 to 12; 95 % interval 19 to 30 ms. Push leg, swing leg and torso kept their places."
CASES: dict[str, Any] = {
    "one": {"named": Naming("arm"), "with_intervals": True, "run_values": {"headline_detail": DETAIL}},
    "full": {
        "strides": 24, "named": Naming("arm"), "with_intervals": True,
        "run_values": {"headline_detail": 2 * DETAIL},
    },
    "long": {"strides": 40, "with_intervals": True},
    "short": {"strides": 1, "with_distance": False, "clock_sd_s": None},
    "session": {"runs": 6, "with_intervals": True, "athlete": "山田太郎 " * 4},
    "hostile": {
        "runs": 2, "athlete": HOSTILE,
        "session": {"name": HOSTILE, "place": HOSTILE, "started_utc": HOSTILE},
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with browsing.browser() as driver:
        yield driver


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: written(made_result(**case), tmp_path_factory.mktemp(name)) for name, case in CASES.items()}


def written(result: Result, folder: Path) -> Path:
    for table in ("strides", "steps"):
        result.tables[table]["speed_m_s"][:] = 8.0
    write_result(result, folder, figures=lambda figures: save_reports(result, figures.parent))
    return folder


@pytest.mark.parametrize("width", browsing.WIDTHS)
@pytest.mark.parametrize("case", CASES)
def test_it_fits_asks_for_nothing_and_complains_of_nothing(
    driver: Any, folders: dict[str, Path], case: str, width: int
) -> None:
    for path in sorted(folders[case].glob("report*.html")):
        driver.get_log("browser")
        browsing.requests(driver)
        browsing.open_page(driver, path, width)
        driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert driver.execute_script("return document.documentElement.scrollWidth") <= width
        assert driver.get_log("browser") == []
        assert browsing.requests(driver) == [path.as_uri()]
        assert path.stat().st_size <= 1_500_000


@pytest.mark.parametrize("case", CASES)
def test_every_link_leads_somewhere(driver: Any, folders: dict[str, Path], case: str) -> None:
    for path in folders[case].glob("report*.html"):
        browsing.open_page(driver, path, 1280)
        links = driver.execute_script("return [...document.links].map(link => link.getAttribute('href'))")
        assert "summary.json" in links
        ids = driver.execute_script("return [...document.querySelectorAll('[id]')].map(one => '#' + one.id)")
        for link in links:
            assert link in ids if link.startswith("#") else (path.parent / link).is_file(), link


def test_a_hostile_name_is_text(driver: Any, folders: dict[str, Path]) -> None:
    for path in folders["hostile"].glob("report*.html"):
        browsing.open_page(driver, path, 768)
        assert "onerror=alert(1)" in driver.execute_script("return document.body.innerText")
        assert driver.execute_script("return document.scripts.length") == 0
        sources = driver.execute_script("return [...document.images].map(image => image.src.slice(0, 15))")
        assert set(sources) <= {"data:image/svg+x"[:15]}


def test_the_phone_sees_the_portrait_picture(driver: Any, folders: dict[str, Path]) -> None:
    for width, shown in ((375, "phone"), (1280, "wide")):
        browsing.open_page(driver, folders["one"] / "report.html", width)
        visible = driver.execute_script(
            "return [...document.images].filter(image => image.offsetWidth > 0 && image.naturalWidth > 0)"
            ".map(image => image.className)"
        )
        assert visible[0] == shown


@pytest.mark.skipif(not shutil.which("pdfinfo"), reason="needs poppler-utils (.ci/run installs them)")
@pytest.mark.parametrize(("case", "pages"), [("one", 2), ("full", 2), ("short", 2), ("session", 2)])
def test_page_one_is_one_page_of_paper(
    driver: Any, folders: dict[str, Path], tmp_path: Path, case: str, pages: int
) -> None:
    browsing.open_page(driver, folders[case] / "report.html", 1280)
    sheet = browsing.printed(driver, tmp_path / "report.pdf")
    about = subprocess.run(["pdfinfo", sheet], capture_output=True, text=True, check=True).stdout
    facts = {
        key: value.strip()
        for key, value in (line.split(":", 1) for line in about.splitlines() if ":" in line)
    }
    assert int(facts["Pages"]) == pages
    assert "A4" in facts["Page size"]
    text = subprocess.run(
        ["pdftotext", "-l", "1", sheet, "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "not forces" in text
    assert "Further questions" not in text
