"""How fast the search is over many meetings, and how fast it takes them in.

python -m benchmarks.search [--meetings 1000] [--database FILE]

Meetings of an hour with 600 segments each, spoken in English, Spanish or Japanese, translated
into one more language, in words that are as unequally common as those of real speech.
"""

import argparse
import asyncio
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from domain.serving import Query
from storage.database import Database
from storage.search import SqlSearch

SEGMENTS = 600
WORDS = 15
KANA = "のにはをたがでてとしれさある"
HAN = "会議予算来週報告資料確認社員計画東京日本問題開発設計品質"
QUERIES = {
    "rare word": "w4321",
    "common word": "w3",
    "commonest word": "w0",
    "two words": "w10 w200",
    "phrase": '"w1 w2"',
    "prefix": "w43*",
    "one character": "会",
    "commonest character": "の",
    "two characters": "会議",
    "three characters": "会議予",
    "nothing": "zzzz",
}


def sentence(language: str, dice: random.Random) -> str:
    """A sentence whose words are distributed as Zipf found."""
    if language == "ja":
        return "".join(dice.choice(KANA if dice.random() < 0.6 else HAN) for _ in range(WORDS * 2))
    mark = "w" if language == "en" else "p"
    return " ".join(f"{mark}{int(dice.paretovariate(0.7)) % 20_000 - 1}" for _ in range(WORDS))


def rows(meeting: int, dice: random.Random) -> Iterator[tuple[str, str, str, float, str, str]]:
    """Segments of one meeting with one translation each."""
    language = dice.choice(("en", "en", "es", "ja"))
    for number in range(SEGMENTS):
        speaker = f"Person {dice.randrange(6)}"
        text, other = sentence(language, dice), sentence("es" if language == "en" else "en", dice)
        yield f"{meeting}-{number}", speaker, language, number * 6.0, text, other


def fill(path: Path, meetings: int) -> None:
    """Writes meetings past the product, with its triggers at work."""
    dice = random.Random(7)
    with sqlite3.connect(path) as database:
        for meeting in range(meetings):
            day = f"{2023 + meeting // 336}-{1 + meeting // 28 % 12:02}-{1 + meeting % 28:02}"
            database.execute(
                "INSERT INTO meeting VALUES (?,'l','c','b','[]','ended','left',?,?,?,'')",
                (f"m{meeting:05}", *[f"{day} 10:00:00.000000"] * 3),
            )
            said = list(rows(meeting, dice))
            database.executemany(
                "INSERT INTO segment (id, meeting_id, participant_id, speaker, language, start_s, "
                "end_s, text, confidence, doubt, engine, words, version) "
                f"VALUES (?,'m{meeting:05}',?,?,?,?,?,?,1,0,'e','[]','live')",
                [(i, who, who, code, at, at + 5, text) for i, who, code, at, text, _ in said],
            )
            database.executemany(
                "INSERT INTO translation VALUES (?,?,0,?,'final','e','[]',NULL,'',0)",
                [(i, "es" if code == "en" else "en", other) for i, _, code, _, _, other in said],
            )


def size_mb(path: Path) -> int:
    """Of the database's file."""
    return round(path.stat().st_size / 1e6)


async def measure(path: Path, meetings: int) -> dict[str, object]:
    """Fills, takes in, asks."""
    async with Database(path):
        pass
    await asyncio.to_thread(fill, path, meetings)
    async with Database(path) as database:
        search = SqlSearch(database)
        began_s = time.perf_counter()
        taken = await search.refresh()
        took_s = time.perf_counter() - began_s
        times: dict[str, list[float]] = {}
        for _ in range(5):
            for name, text in QUERIES.items():
                for speaker in ("", "Person 3"):
                    began = time.perf_counter()
                    await search.find(Query(text, speaker=speaker))
                    key = f"{name}, by a speaker" if speaker else name
                    times.setdefault(key, []).append((time.perf_counter() - began) * 1000)
    every = sorted(value for values in times.values() for value in values)
    return {
        "meetings": meetings,
        "segments": taken,
        "taken in per second": round(taken / took_s),
        "file MB": size_mb(path),
        "p50 ms": round(statistics.median(every), 1),
        "p95 ms": round(every[int(len(every) * 0.95)], 1),
        "median ms": {name: round(statistics.median(each), 1) for name, each in times.items()},
    }


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meetings", type=int, default=1000)
    parser.add_argument("--database", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = args.database or Path(folder) / "search.db"
        print(json.dumps(asyncio.run(measure(path, args.meetings)), indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
