"""Texts of every locale pack, and what a page means in its language, without a browser."""

from collections import Counter
from dataclasses import fields

import pytest

from bot.buttons import Button
from bot.drift import report
from bot.join_button import chosen, may_press
from bot.locales.pack import LocalePack
from bot.locales.packs import EVERYTHING, PACKS, pack_for
from bot.locators import EXPECTED, page_marks, targets
from bot.verdict import Found, Place, Snapshot, judge, plain
from domain.meetings import Reason

URL = "https://meet.google.com/abc-defg-hij"
TEXTS = [field.name for field in fields(LocalePack) if field.name != "language"]
COMPARED = (
    *("lobby", "host_absent", "risk", "denied", "no_answer", "blocked", "wrong_code", "full"),
    *("sign_in", "sign_in_heading", "removed", "host_ended", "left", "consent"),
)


@pytest.mark.parametrize("pack", PACKS.values(), ids=PACKS)
def test_every_pack_is_whole_and_written_as_it_is_compared(pack: LocalePack) -> None:
    assert [name for name in TEXTS if not getattr(pack, name)] == []
    for name in COMPARED:
        assert all(text == plain(text) for text in getattr(pack, name)), name
    assert not set(pack.join) & set(pack.never_join)


@pytest.mark.parametrize(
    ("said", "language"), [("de", "de"), ("de-AT", "de"), ("JA", "ja"), ("es_419", "es")]
)
def test_the_page_tells_its_language(said: str, language: str) -> None:
    assert pack_for(said) is PACKS[language]


def test_a_language_without_texts_is_looked_at_by_structure() -> None:
    pack = pack_for("pt-BR")
    assert pack == LocalePack("pt")
    ways = {name: [way.name for way in strategies] for name, strategies in targets(pack).items()}
    assert ways["meeting_details"] == []
    assert ways["leave"] == ["icon", "jsname"]
    signs = {name: Found("icon") for name in ("captions_icon", "people_button")}
    assert judge(Snapshot(URL, found=signs), pack).place is Place.IN_CALL
    one = {"captions_icon": Found("icon")}
    assert judge(Snapshot(URL, found=one), pack).place is Place.LOADING
    waiting = signs | {"lobby": Found("jslog")}
    assert judge(Snapshot(URL, found=waiting), pack).place is Place.LOBBY


@pytest.mark.parametrize(
    ("language", "text", "place", "reason"),
    [
        ("de", "Bitte warten Sie, bis ein Organisator Sie in den Anruf holt", Place.LOBBY, None),
        ("de", "Ein Teilnehmer hat Ihre Anfrage abgelehnt", Place.OVER, Reason.DENIED),
        ("de", "Sie wurden aus der Videokonferenz entfernt", Place.OVER, Reason.REMOVED),
        ("fr", "Veuillez patienter jusqu’à ce qu’un organisateur vous fasse entrer dans l’appel",
         Place.LOBBY, None),
        ("fr", "L’appel est terminé", Place.OVER, Reason.HOST_ENDED),
        ("es", "Nadie ha respondido a tu solicitud", Place.OVER, Reason.NO_ANSWER),
        ("es", "Esperando a que se una el organizador", Place.HOST_ABSENT, None),
        ("ja", "会議コードを確認してください", Place.OVER, Reason.WRONG_CODE),
        ("ja", "参加の許可を求めています", Place.LOBBY, None),
    ],
)  # fmt: skip
def test_what_pages_say_in_other_languages(
    language: str, text: str, place: Place, reason: Reason | None
) -> None:
    verdict = judge(Snapshot(URL, text), pack_for(language))
    assert (verdict.place, verdict.reason) == (place, reason)


def test_page_scripts_know_the_captions_of_every_language() -> None:
    regions = page_marks()["captions"]["regions"][0]
    for label in ("Captions", "Untertitel", "Subtítulos", "Sous-titres", "字幕"):
        assert f'"{label}"' in regions
    assert set(EVERYTHING.leave) >= set(PACKS["ja"].leave)


ASK = Button("Ask to join", "Ask to join without microphone & camera")
SWITCH = Button("Switch here", "Ask to join")
TOO = Button("Join here too", "")
ENGLISH = PACKS["en"]


def test_words_outweigh_the_label() -> None:
    assert may_press(ASK, 3, ENGLISH)
    assert chosen([ASK], ENGLISH) == 0


@pytest.mark.parametrize(
    "switch", [SWITCH, Button("", "Switch here"), Button("x\nSwitch here", "")]
)
def test_the_other_device_keeps_its_call(switch: Button) -> None:
    assert not may_press(switch, 1, ENGLISH)
    assert chosen([switch, TOO], ENGLISH) == 1
    assert chosen([switch], ENGLISH) is None


def test_unknown_words_are_pressed_only_where_nothing_else_joins() -> None:
    pack = pack_for("pt")
    ask = Button("Pedir para participar", "")
    assert may_press(ask, 1, pack)
    assert not may_press(ask, 2, pack)


def test_a_button_that_is_off_is_not_chosen() -> None:
    assert chosen([ASK._replace(enabled=False), Button("mic\nJoin now", "")], ENGLISH) == 1


def test_the_report_names_what_a_fall_back_found_and_what_nothing_found() -> None:
    answered = Counter({("join", "text"): 2, ("leave", "icon"): 9, ("camera", "jsname"): 1})
    told = report(targets(ENGLISH), answered, "en", ("green_room", "in_call"))
    assert told.answered == {"join": "text", "leave": "icon", "camera": "jsname"}
    assert told.drifted == {"join": "text", "camera": "jsname"}
    expected = set(EXPECTED["green_room"]) | set(EXPECTED["in_call"])
    assert set(told.missing) == expected - {"join", "leave", "camera"}
    assert "by a fall-back: camera, join" in str(told)
