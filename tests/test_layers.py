"""The import rules of the rooms, seen twice: by what a fresh process loads, and by what the source says.

A room sees the nouns and itself; programs see all; nobody imports a program; heavy packages load late.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "aqsense"
CODECS = ROOT / "firmware_protocol"
NOUNS = frozenset({"model", "errors", "settings", "formats", "snapshot"})
ROOMS = frozenset({"acquire", "analysis", "view"})
HEAVY = frozenset({"scipy", "pandas", "polars", "matplotlib", "PySide6", "pyqtgraph", "bleak"})
OPEN_TO_ALL = frozenset({"", "__init__"})  # `from aqsense import __version__`
OUTER_WORLD = frozenset(
    {"asyncio", "datetime", "io", "logging", "os", "pathlib", "select", "shutil", "socket", "subprocess"}
    | {"tempfile", "threading", "time"}
)


def part_of(path: Path) -> str:
    """The room, noun or program to which a source file belongs."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imported_names(source: str) -> set[str]:
    """Dotted names that a source imports anywhere, in functions and TYPE_CHECKING blocks too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"relative import in line {node.lineno}: write the whole name"
            module = node.module or ""
            found |= {f"aqsense.{n.name}" for n in node.names} if module == "aqsense" else {module}
    return found


def imported_parts(source: str) -> set[str]:
    """Parts of aqsense that a source imports."""
    dotted = [name.split(".") for name in imported_names(source) if name.split(".")[0] == "aqsense"]
    return {parts[1] if len(parts) > 1 else "" for parts in dotted} - {"__version__"}


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def modules(part: str) -> list[str]:
    """Dotted names of all modules of a part."""
    paths = [path for path in sources() if part_of(path) == part]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths]
    return [name.removesuffix(".__init__") for name in names]


def loaded_by(code: str) -> set[str]:
    """Names of all modules in a fresh process after the code ran."""
    program = f"import sys, json\n{code}\njson.dump(sorted(sys.modules), sys.__stdout__)"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout))


def loaded_by_importing(names: Iterable[str]) -> set[str]:
    return loaded_by("\n".join(f"import {name}" for name in names))


def parts_among(loaded: set[str]) -> set[str]:
    return {name.split(".")[1] for name in loaded if name.startswith("aqsense.")}


def top_level(loaded: set[str]) -> set[str]:
    return {name.split(".")[0] for name in loaded}


def rule_breaks(part: str, seen: set[str]) -> set[str]:
    """What a room or a noun imports against the rules. Whatever is neither is a program and sees all."""
    return seen - NOUNS - OPEN_TO_ALL - {part} if part in NOUNS | ROOMS else set()


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_source_imports_only_what_its_room_may_see(path: Path) -> None:
    part = part_of(path)
    assert rule_breaks(part, imported_parts(path.read_text(encoding="utf-8"))) == set()


def test_nobody_imports_the_command_line() -> None:
    importers = {
        part_of(path) for path in sources() if "cli" in imported_parts(path.read_text(encoding="utf-8"))
    }
    assert importers == {"__main__", "cli"}


@pytest.mark.parametrize("part", sorted(ROOMS | NOUNS))
def test_a_room_loads_only_the_nouns_and_itself(part: str) -> None:
    names = modules(part)
    assert names, f"aqsense.{part} has no modules"
    assert parts_among(loaded_by_importing(names)) <= NOUNS | {part}


@pytest.mark.parametrize("part", ["model", "errors", "settings", "formats", "snapshot"])
def test_nouns_load_nothing_heavy(part: str) -> None:
    assert top_level(loaded_by_importing([f"aqsense.{part}"])) & HEAVY == set()


def test_analysis_is_numpy_and_scipy_only() -> None:
    loaded = top_level(loaded_by_importing(modules("analysis")))
    assert loaded & (HEAVY - {"scipy"}) == set()


def test_simulator_does_not_see_the_analysis() -> None:
    """Simulated truth must not come from the code that it checks."""
    loaded = parts_among(loaded_by_importing(modules("simulate")))
    assert "analysis" not in loaded
    texts = [path.read_text(encoding="utf-8") for path in sources() if part_of(path) == "simulate"]
    assert not any("analysis" in imported_parts(text) for text in texts)


@pytest.mark.parametrize("path", sorted(CODECS.glob("*.py")), ids=lambda path: path.name)
def test_codecs_import_the_standard_library_and_numpy(path: Path) -> None:
    """And of the standard library nothing that opens, waits or looks at a clock."""
    seen = top_level(imported_names(path.read_text(encoding="utf-8")))
    assert seen - sys.stdlib_module_names <= {"numpy", "firmware_protocol"}
    assert not seen & OUTER_WORLD


def test_codecs_load_without_aqsense() -> None:
    names = [f"firmware_protocol.{path.stem}" for path in sorted(CODECS.glob("[!_]*.py"))]
    loaded = top_level(loaded_by_importing(names))
    assert "numpy" in loaded
    assert not loaded & (HEAVY | {"aqsense"})


def test_importing_the_package_is_cheap() -> None:
    loaded = loaded_by("import aqsense; dir(aqsense)")
    assert top_level(loaded) & (HEAVY | {"numpy", "typer", "rich"}) == set()


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["analyze", "--help"], ["simulate", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    code = (
        "import io, contextlib\nfrom aqsense import cli\n"
        f"sys.argv = ['aqsense', *{words!r}]\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    try:\n        cli.main()\n"
        "    except SystemExit as end:\n        assert not end.code, end.code"
    )
    assert top_level(loaded_by(code)) & HEAVY == set()


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("import aqsense.cli", {"cli"}),
        ("from aqsense import cli, __version__", {"cli"}),
        ("from aqsense.view.tables import write_result", {"view"}),
        ("def f():\n    from aqsense.analysis.pipeline import analyze", {"analysis"}),
        ("import aqsense", {""}),
        ("import aqsensex.cli", set()),
    ],
)
def test_the_reader_of_imports_sees(source: str, parts: set[str]) -> None:
    assert imported_parts(source) == parts


def test_the_rules_can_be_broken() -> None:
    assert rule_breaks("analysis", {"model", "view"}) == {"view"}
    assert rule_breaks("view", {"errors", "simulate"}) == {"simulate"}
    assert rule_breaks("model", {"acquire"}) == {"acquire"}
