"""What a room tells: one language each, everything once, each frame as the schema says."""

import json
from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.scripted_data import OVER, segments
from web.viewers.protocol import AS_SPOKEN, Phase, Wish, of_transcript, original, wish_of
from web.viewers.room import Room

SCHEMA = jsonschema_rs.validator_for(
    json.loads(files("web").joinpath("schema/viewer.json").read_text("utf-8"))
)
WISHES = [Wish(code, words) for code in ("es", "fr", "en", "ar", AS_SPOKEN) for words in (0, 1)]


def caption(name: str, revision: int = 1, **given: Any) -> dict[str, Any]:
    values = {
        "type": "caption", "id": name, "revision": revision, "key": "p1", "speaker": "Ana",
        "colour": 0, "language": "en", "rtl": False, "stable": f"said {name} {revision}",
        "draft": "", "joiner": " ", "final": True, "start_s": float(revision), "age_s": 0.4,
        "doubt": 0.0,
        "translations": [
            {"language": "es", "text": f"dicho {name} {revision}", "state": "final"},
            {"language": "fr", "text": f"dit {name} {revision}", "state": "draft"},
        ],
    }  # fmt: skip
    return {**values, **given}


def read(frame: bytes) -> list[dict[str, Any]]:
    told = json.loads(frame)
    SCHEMA.validate(told)
    return list(told)


def captions(frame: bytes) -> dict[str, int]:
    return {m["id"]: m["revision"] for m in read(frame) if m["type"] == "caption"}


@pytest.mark.parametrize("wish", WISHES)
def test_a_viewer_is_told_nothing_in_another_language(wish: Wish) -> None:
    room = Room()
    room.contents.put(caption("a"))
    text = room.hello(wish).decode()
    shown = {"es": "dicho a", "fr": "dit a", "en": "said a", AS_SPOKEN: "said a"}
    for language, words in shown.items():
        wanted = language == wish.language or (words == "said a" and wish.original)
        wanted = wanted or (words == "said a" and wish.language in ("en", AS_SPOKEN))
        assert (words in text) == bool(wanted), (language, text)


def test_states_of_a_translation_are_told_and_never_the_source_in_its_place() -> None:
    room = Room()
    room.contents.put(
        caption("p", translations=[{"language": "es", "text": "", "state": "pending"}])
    )
    room.contents.put(
        caption("f", translations=[{"language": "es", "text": "", "state": "failed"}])
    )
    room.contents.put(caption("m", translations=[]))
    room.contents.put(caption("o", language="es", stable="uno", draft="dos", final=False))
    told = {m["id"]: m for m in read(room.hello(Wish("es"))) if m["type"] == "caption"}
    assert [told[name]["state"] for name in "pfmo"] == ["pending", "failed", "missing", "draft"]
    assert [told[name]["text"] for name in "pfmo"] == ["", "", "", "uno"]
    assert told["o"]["draft"] == " dos"
    asked = original(room.contents.caption("p") or {})
    SCHEMA.validate([asked])
    assert asked["text"] == "said p 1"


def test_a_frame_is_written_once_for_all_who_read_the_same() -> None:
    room = Room()
    room.contents.put(caption("a"))
    for _ in range(100):
        room.frame(Wish("es"), 0)
    assert room.made == 1
    room.contents.put(caption("b"))
    assert room.frame(Wish("es"), 2) is room.frame(Wish("es"), 2)
    assert captions(room.frame(Wish("es"), 2)) == {"b": 1}


def test_frames_that_are_kept_ready_are_bounded() -> None:
    room = Room()
    for number in range(40):
        room.contents.put(caption(str(number), stable="x" * 200_000))
        room.frame(Wish("en"), room.number - 1)
    before = room.made
    room.frame(Wish("en"), room.number - 1)
    assert room.made == before
    room.frame(Wish("en"), -1)
    room.frame(Wish("en"), -1)
    assert room.made == before + 1


def test_numbers_of_another_counting_bring_everything() -> None:
    room = Room()
    room.contents.put(caption("a"))
    greeting = read(room.hello(Wish("es"), "another", 1))[0]
    assert greeting["whole"] is True
    again = read(room.hello(Wish("es"), room.epoch, room.number))
    assert [m["type"] for m in again] == ["hello"]
    assert again[0]["whole"] is False
    before = room.epoch
    room.contents.replace(of_transcript(segments(OVER)))
    assert room.epoch != before
    assert len(captions(room.hello(Wish("es"), before, 1))) == len(segments(OVER))


def test_title_phase_and_languages_follow() -> None:
    room = Room()
    room.contents.offer(("es", "fr"))
    room.contents.put(caption("a"))
    seen = room.number
    room.contents.turn(Phase.LIVE)
    room.contents.name("Council")
    meeting = read(room.frame(Wish("es"), seen))[-1]
    assert (meeting["title"], meeting["phase"]) == ("Council", "live")
    assert meeting["recorded"] is False
    room.contents.record(True)
    assert read(room.frame(Wish("es"), seen))[-1]["recorded"] is True
    assert [each["code"] for each in meeting["languages"]] == ["es", "fr", "en", AS_SPOKEN]
    SCHEMA.validate(json.loads(room.beat()))


@pytest.mark.parametrize(
    ("given", "wish"),
    [("es", "es"), ("ES-mx", "es"), (AS_SPOKEN, AS_SPOKEN), ("xx", None), ("", None), ("..", None)],
)  # fmt: skip
def test_languages_that_may_be_asked_for(given: str, wish: str | None) -> None:
    found = wish_of(given, "0")
    assert (found.language if found else None) == wish


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 4)), max_size=40), st.data())
def test_a_viewer_who_comes_and_goes_ends_with_the_newest_and_sees_nothing_twice(
    said: list[tuple[int, int]], data: st.DataObject
) -> None:
    room, seen, epoch, shown = Room(), 0, "", dict[str, int]()
    wanted: dict[str, int] = {}
    for name, revision in said:
        room.contents.put(caption(str(name), revision))
        wanted[str(name)] = max(revision, wanted.get(str(name), 0))
        what = data.draw(st.sampled_from(["sleep", "read", "come back"]))
        if what == "sleep" or (seen == room.number and what == "read"):
            continue
        frame = room.frame(Wish("es"), seen)
        if what == "come back" or not epoch:
            frame, epoch = room.hello(Wish("es"), epoch, seen), room.epoch
        for key, number in captions(frame).items():
            assert shown.get(key, 0) < number
            shown[key] = number
        seen = room.number
    if seen < room.number:
        shown.update(captions(room.frame(Wish("es"), seen)))
    assert shown == wanted
