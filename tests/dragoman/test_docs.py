"""The documentation names what there is."""

import re
from pathlib import Path

from domain.meetings import EXIT_CODES
from dragoman.cli import COMMANDS

ROOT = Path(__file__).parents[2]


def pages() -> str:
    files = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_every_command_is_in_the_docs() -> None:
    text = pages()
    for module in COMMANDS:
        name = module.__name__.rpartition(".")[2]
        assert re.search(rf"dragoman {name}\b", text), name


def test_every_exit_code_is_in_the_docs() -> None:
    text = (ROOT / "docs" / "bot.md").read_text(encoding="utf-8")
    for reason, code in EXIT_CODES.items():
        assert re.search(rf"\b{code}\b.*{reason.value}|{reason.value}.*\b{code}\b", text), reason


def test_links_between_pages_lead_somewhere() -> None:
    text = pages()
    for target in re.findall(r"!\[[^\]]*\]\(([^)#]+)\)|`(docs/[\w.-]+\.md)`", text):
        path = target[0] or target[1]
        if not path.startswith("http"):
            places = (ROOT / path, ROOT / "docs" / path)
            assert any(place.exists() for place in places), path
