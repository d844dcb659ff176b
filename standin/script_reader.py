"""Reads meeting scripts from TOML and says exactly what is wrong with them."""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, NoReturn

from domain.errors import UsageError
from standin.call_traps import CALL_CHOICES
from standin.entry_traps import CHOICES, DRIFTING
from standin.script import (
    AUDIO_PATHS,
    ENDINGS,
    LOBBY_BEHAVIOURS,
    LOBBY_WORDINGS,
    CaptionHabits,
    ChatLine,
    Ending,
    Line,
    Lobby,
    Script,
    ScriptedParticipant,
    Traps,
    Voice,
)

_VOICE_PROGRAMS = ("flite", "espeak-ng")
_CODE = re.compile(r"[a-z]{3}-[a-z]{4}-[a-z]{3}")
_KINDS: dict[type, tuple[tuple[type, ...], str]] = {
    str: ((str,), "a text"),
    bool: ((bool,), "true or false"),
    float: ((int, float), "a number"),
}


class _Table:
    """One table of the file: hands out typed values and refuses what nobody asked for."""

    def __init__(self, path: Path, where: str, values: Any) -> None:
        self.path, self.where = path, where
        if not isinstance(values, Mapping):
            self.fail("", "is not a table.", f"Write it as [{where}] with keys below.")
        self.values = dict(values)
        self.asked: set[str] = set()

    def fail(self, key: str, what: str, remedy: str) -> NoReturn:
        place = f"{self.where}.{key}" if key else self.where
        raise UsageError(f"{self.path}: {place} {what}", remedy)

    def get(self, key: str, kind: type, default: Any = None, *, needed: bool = False) -> Any:
        self.asked.add(key)
        if key not in self.values:
            if needed:
                self.fail(key, "is missing.", f"Add {key} = … there.")
            return default
        value = self.values[key]
        accepted, words = _KINDS[kind]
        if not isinstance(value, accepted) or (kind is not bool and isinstance(value, bool)):
            self.fail(key, f"is {value!r}.", f"Give {words}.")
        return float(str(value)) if kind is float else value

    def seconds(self, key: str, default: float | None = None, *, needed: bool = False) -> Any:
        value = self.get(key, float, default, needed=needed)
        if value is not None and not 0 <= value < float("inf"):
            self.fail(key, f"is {value:g}.", "Give seconds of 0 or more.")
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        value = str(self.get(key, str, default))
        if value not in choices:
            self.fail(key, f"is {value!r}.", f"Choose one of: {', '.join(choices)}.")
        return value

    def text(self, key: str) -> str:
        value = str(self.get(key, str, needed=True)).strip()
        if not value:
            self.fail(key, "is empty.", "Write something there.")
        return value

    def close(self) -> None:
        for key in self.values:
            if key not in self.asked:
                known = ", ".join(sorted(self.asked))
                self.fail(key, "is unknown.", f"Known there: {known}.")


def read_script(path: Path) -> Script:
    """The script in a file. Raises UsageError."""
    top = _Table(path, "the script", _toml(path))
    meeting = _Table(path, "meeting", top.values.get("meeting", {}))
    people = tuple(_participant(table) for table in _tables(top, "participant"))
    if not people:
        top.fail("participant", "is missing.", "Add at least one [[participant]] table.")
    _refuse_doubles(top, people)
    known = {person.id for person in people}
    lines = tuple(_line(table, known) for table in _tables(top, "line"))
    chat = tuple(_chat(table, known) for table in _tables(top, "chat"))
    script = Script(
        title=str(meeting.get("title", str, path.stem)),
        code=_code(meeting),
        participants=people,
        lines=tuple(sorted(lines, key=lambda line: line.start_s)),
        chat=tuple(sorted(chat, key=lambda message: message.at_s)),
        lobby=_lobby(_Table(path, "lobby", top.values.get("lobby", {}))),
        captions=_captions(_Table(path, "captions", top.values.get("captions", {}))),
        end=_ending(_Table(path, "end", top.values.get("end", {}))),
        traps=_traps(_Table(path, "traps", top.values.get("traps", {}))),
        audio_path=_audio(_Table(path, "audio", top.values.get("audio", {}))),
    )
    meeting.close()
    top.asked |= {"meeting", "lobby", "captions", "end", "traps", "audio"}
    top.close()
    return script


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}.", "Give the path of a script.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 text.", "Save the script as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}.", "Correct the TOML at that line.") from error


def _tables(top: _Table, name: str) -> list[_Table]:
    top.asked.add(name)
    found = top.values.get(name, [])
    if not isinstance(found, list):
        top.fail(name, "is not a list of tables.", f"Write [[{name}]] with two brackets.")
    return [_Table(top.path, f"{name} {n}", values) for n, values in enumerate(found, 1)]


def _refuse_doubles(top: _Table, people: tuple[ScriptedParticipant, ...]) -> None:
    seen: set[str] = set()
    for person in people:
        if person.id in seen:
            top.fail("participant", f"has the id {person.id!r} twice.", "Give each its own id.")
        seen.add(person.id)


def _code(table: _Table) -> str:
    code = str(table.get("code", str, "abc-defg-hij"))
    if not _CODE.fullmatch(code):
        table.fail("code", f"is {code!r}.", "Write three, four and three letters: abc-defg-hij.")
    return code


def _participant(table: _Table) -> ScriptedParticipant:
    language = str(table.get("language", str, "en"))
    person = ScriptedParticipant(
        id=table.text("id"),
        name=table.text("name"),
        language=language,
        voice=_voice(table, language),
        host=bool(table.get("host", bool, False)),
        joins_s=table.seconds("joins_s", 0.0),
        leaves_s=table.seconds("leaves_s"),
        returns_s=table.seconds("returns_s"),
    )
    if person.leaves_s is not None and person.leaves_s <= person.joins_s:
        table.fail("leaves_s", "is not after joins_s.", "Let the participant leave later.")
    if person.returns_s is not None and person.returns_s <= (person.leaves_s or float("inf")):
        table.fail("returns_s", "is not after leaves_s.", "Give both, and return later.")
    table.close()
    return person


def _voice(table: _Table, language: str) -> Voice:
    spoken = str(table.get("voice", str, f"espeak-ng:{language}"))
    engine, _, name = spoken.partition(":")
    if engine == "wav":
        return Voice("wav", str(_wav(table, "voice", name)))
    if engine not in _VOICE_PROGRAMS or not name:
        remedy = "Write flite:VOICE, espeak-ng:VOICE or wav:FILE."
        table.fail("voice", f"is {spoken!r}.", remedy)
    if shutil.which(engine) is None:
        remedy = f"Install it: apt install {engine}"
        table.fail("voice", f"needs the program {engine}, which is not installed.", remedy)
    if engine == "flite" and name not in _flite_voices() and not Path(name).is_file():
        remedy = f"Voices of flite here: {', '.join(_flite_voices())}."
        table.fail("voice", f"names {name!r}, which flite does not have.", remedy)
    return Voice(engine, name)


@cache
def _flite_voices() -> tuple[str, ...]:
    """The voices built into flite; it takes another one silently for a name it does not know."""
    listing = subprocess.run(["flite", "-lv"], capture_output=True, text=True, check=False).stdout
    return tuple(listing.partition(":")[2].split())


def _wav(table: _Table, key: str, name: str) -> Path:
    path = (table.path.parent / name).resolve()
    if not name or not path.is_file():
        table.fail(key, f"names {name!r}, which is no file.", f"Put a WAV file at {path}.")
    return path


def _who(table: _Table, known: set[str]) -> str:
    who = table.text("who")
    if who not in known:
        remedy = f"Use one of: {', '.join(sorted(known))}; or add a [[participant]]."
        table.fail("who", f"is {who!r}, who is not a participant.", remedy)
    return who


def _line(table: _Table, known: set[str]) -> Line:
    wav = table.get("wav", str)
    line = Line(
        who=_who(table, known),
        start_s=table.seconds("start_s", needed=True),
        text=table.text("text"),
        wav=_wav(table, "wav", str(wav)) if wav is not None else None,
    )
    table.close()
    return line


def _chat(table: _Table, known: set[str]) -> ChatLine:
    message = ChatLine(_who(table, known), table.seconds("at_s", needed=True), table.text("text"))
    table.close()
    return message


def _lobby(table: _Table) -> Lobby:
    lobby = Lobby(
        behaviour=table.choice("behaviour", LOBBY_BEHAVIOURS, "admit"),
        after_s=table.seconds("after_s", 2.0),
        wording=table.choice("wording", LOBBY_WORDINGS, "brings"),
    )
    table.close()
    return lobby


def _captions(table: _Table) -> CaptionHabits:
    habits = CaptionHabits(
        available=bool(table.get("available", bool, True)),
        on_at_start=bool(table.get("on_at_start", bool, False)),
        language=str(table.get("language", str, "")),
        lag_s=table.seconds("lag_s", 0.6),
        corrections=bool(table.get("corrections", bool, True)),
        channel=bool(table.get("channel", bool, True)),
    )
    table.close()
    return habits


def _ending(table: _Table) -> Ending:
    ending = Ending(how=table.choice("how", ENDINGS, "host"), at_s=table.seconds("at_s"))
    table.close()
    return ending


def _audio(table: _Table) -> str:
    path = table.choice("path", AUDIO_PATHS, "tracks")
    table.close()
    return path


def _traps(table: _Table) -> Traps:
    values: dict[str, Any] = {}
    choices = CHOICES | CALL_CHOICES
    for switch in fields(Traps):
        name = switch.name
        standard: Any = switch.default
        if name == "drifted":
            values[name] = _drifted(table)
        elif name in choices:
            values[name] = table.choice(name, choices[name], str(standard))
        elif isinstance(standard, str):
            values[name] = table.get(name, str, standard)
        elif isinstance(standard, bool):
            values[name] = table.get(name, bool, standard)
        else:
            values[name] = table.seconds(name, standard)
    table.close()
    return Traps(**values)


def _drifted(table: _Table) -> tuple[str, ...]:
    table.asked.add("drifted")
    kinds = table.values.get("drifted", [])
    if not isinstance(kinds, list) or not set(kinds) <= set(DRIFTING):
        table.fail("drifted", f"is {kinds!r}.", f"Give a list of: {', '.join(DRIFTING)}.")
    return tuple(kinds)
