"""Sizes and shapes that keep the code readable."""

import ast
import statistics
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = [
    *("domain", "bot", "pipeline", "overlay", "scheduler", "storage", "notes", "web"),
    *("standin", "dragoman", "benchmarks"),
]


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_function_or_class_is_too_large(path: Path) -> None:
    assert lines(path) <= 400
    for function in functions(path):
        assert length(function) <= 60, function.name
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            methods = [
                n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
            assert length(node) <= 200, node.name
            assert len([m for m in methods if not m.name.startswith("__")]) <= 15, node.name


def test_typical_sizes_stay_small() -> None:
    assert statistics.median(lines(path) for path in sources()) <= 120
    sizes = sorted(length(node) for path in sources() for node in functions(path))
    assert statistics.median(sizes) <= 10
    assert sizes[int(len(sizes) * 0.9)] <= 30


def test_page_scripts_stay_small() -> None:
    scripts = [p for package in PACKAGES for p in (ROOT / package).rglob("*.js")]
    assert [str(p) for p in scripts if lines(p) > 150] == []


def test_tests_stay_small() -> None:
    assert [str(p) for p in (ROOT / "tests").rglob("*.py") if lines(p) > 400] == []


@pytest.mark.parametrize(
    "path", [p for p in sources() if p.name == "__init__.py"], ids=lambda p: p.parent.name
)
def test_packages_export_nothing_by_side_effect(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert body, "a package says in one sentence what it holds"
    allowed = (ast.Expr, ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign)
    assert all(isinstance(node, allowed) for node in body)


def test_the_environment_is_read_in_one_file_only() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "os.environ" in path.read_text(encoding="utf-8")
        or "os.getenv" in path.read_text(encoding="utf-8")
    ]
    assert set(readers) <= {"dragoman/settings.py"}
