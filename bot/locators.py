"""Where things stand on Meet's pages, as of 2026-09-25: per target, strategies in order.

Structure and icon ligatures first (the same in every language), labels of the locale pack
next, jsname and class names last. A css strategy must be plain CSS: it is used both inside
the page and by Playwright. A strategy that has nothing to look for in a language is left out.
"""

from dataclasses import dataclass
from typing import Any

from bot.locales.en import ENGLISH
from bot.locales.pack import LocalePack
from bot.locales.packs import EVERYTHING

AS_OF = "2026-09-25"
BUTTON = ':is(button,[role="button"])'
JOIN_RIVALS = 'button:has([jsname="V67aGc"]):not([jsname="VO20se"],[role="dialog"] *)'
"""Buttons built like the join button; Companion mode is none."""
SETTINGS_ITEM = '[role="menuitem"]:has(i.google-symbols:text-is("settings"))'
"""The settings in the menu of more options; for Playwright."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to find a target."""

    name: str
    css: str = ""
    """With an icon: the buttons that may hold it; any, if empty."""
    icon: str = ""
    """Ligatures of the icon inside the button, parted by |."""

    @property
    def selector(self) -> str:
        """For Playwright."""
        if not self.icon:
            return self.css
        ligature = rf'i.google-symbols:text-matches("^\\s*({self.icon})\\s*$")'
        return f"{self.css or BUTTON}:has({ligature})"


Targets = dict[str, tuple[Strategy, ...]]


def _labels(prefix: str, texts: tuple[str, ...], match: str = "=") -> str:
    """CSS for any of several aria-labels; `*=` in any case."""
    flag = " i" if match == "*=" else ""
    return ",".join(f'{prefix}[aria-label{match}"{text}"{flag}]' for text in texts)


def targets(pack: LocalePack = ENGLISH) -> Targets:
    """Everything that is looked for by name."""
    parts = (_ways_in, _dialogs, _in_call, _in_call_by_structure, _controls, _panels)
    found = {name: ways for part in parts for name, ways in part(pack).items()}
    return {name: tuple(way for way in ways if way.css or way.icon) for name, ways in found.items()}


def _ways_in(pack: LocalePack) -> Targets:
    return {
        "name_input": (
            Strategy("label", _labels('input[type="text"]', pack.your_name)),
            Strategy("jsname", 'input[jsname][type="text"]'),
            Strategy("placeholder", 'input[type="text"][placeholder]'),
        ),
        "join": (
            Strategy("promo", 'button[data-promo-anchor-id="w5gBed"]'),
            Strategy("label", _labels(BUTTON, pack.join)),
            Strategy("jsname", 'button[jsname="Qx7uuf"]'),
        ),
        "prejoin": (Strategy("attribute", "[data-is-anonymous][data-meeting-code]"),),
        "lobby": (Strategy("jslog", '[jslog^="236069"]'),),
        "call_ended": (
            Strategy("attribute", '[data-call-ended="true"]'),
            Strategy("action", '[data-mdc-dialog-action="returnToHomePage"]'),
        ),
    }


def _dialogs(pack: LocalePack) -> Targets:
    return {
        "consent": (
            Strategy("action", '[role="dialog"] button[data-mdc-dialog-action="ok"]'),
            Strategy("loose", 'button[data-mdc-dialog-action="ok"]'),
        ),
        "dialog": (Strategy("role", '[role="dialog"]'),),
        "stubborn_dialog": (Strategy("attribute", '[data-disable-esc-to-close="true"]'),),
        "close_dialog": (
            Strategy("close", '[role="dialog"] [data-mdc-dialog-action="close"]'),
            Strategy("cancel", '[role="dialog"] [data-mdc-dialog-action="cancel"]'),
        ),
        "ending_soon": (Strategy("label", _labels("", pack.ending_soon)),),
    }


def _in_call(pack: LocalePack) -> Targets:
    """Anchors that exist in the call and never in the lobby; not in the toolbar, which the
    lobby draws too."""
    region = '[role="region"]'
    toolbar = _labels(region, pack.controls)
    details = _labels("", pack.meeting_details)
    if details and toolbar:
        details = f":is({details}):not(:is({toolbar}) *)"
    return {
        "meeting_details": (Strategy("label", details),),
        "notifications": (Strategy("label", _labels(region, pack.notifications)),),
        "captions_region": (
            Strategy("label", _labels(region, pack.captions_region)),
            Strategy("class", f"{region}.vNKgIf.UDinHf"),
        ),
    }


IN_CALL = ("meeting_details", "notifications", "captions_region")


def _in_call_by_structure(pack: LocalePack) -> Targets:
    """The same in every language and, as far as is known, only in the call; each of them may
    be kept back by a host or drawn early, so one alone proves nothing."""
    return {
        "captions_icon": (Strategy("icon", icon="closed_caption_off|closed_caption"),),
        "share": (
            Strategy("icon", icon="present_to_all|computer_arrow_up"),
            Strategy("jsname", 'button[jsname="hNGZQc"]'),
        ),
        "tile": (Strategy("attribute", "[data-participant-id]"),),
        "people_button": (Strategy("panel", '[data-panel-id="1"]'),),
        "raise_hand": (
            Strategy("icon", icon="back_hand|front_hand"),
            Strategy("jsname", 'button[jsname="FpSaz"]'),
        ),
    }


IN_CALL_BY_STRUCTURE = ("captions_icon", "share", "people_button", "raise_hand")

EXPECTED: dict[str, tuple[str, ...]] = {
    "green_room": ("join", "microphone", "camera"),
    "lobby": ("lobby", "leave"),
    "in_call": (
        *("meeting_details", "notifications", "captions_toggle", "captions_region"),
        *("leave", "microphone", "camera", "chat_button", "people_button"),
    ),
}
"""What must be found where; a drift check fails without it."""


def _controls(pack: LocalePack) -> Targets:
    microphone = _labels(f"{BUTTON}[data-is-muted]", pack.microphone, "*=")
    camera = _labels(f"{BUTTON}[data-is-muted]", pack.camera, "*=")
    return {
        "leave": (
            Strategy("icon", icon="call_end"),
            Strategy("label", _labels(BUTTON, pack.leave)),
            Strategy("jsname", 'button[jsname="CQylAd"]'),
        ),
        "leave_confirm": (
            Strategy("action", '[role="dialog"] [data-mdc-dialog-action="Pd96ce"]'),
            Strategy("loose", '[data-mdc-dialog-action="Pd96ce"]'),
        ),
        "microphone": (
            Strategy("icon", f"{BUTTON}[data-is-muted]", icon="mic|mic_off"),
            Strategy("label", microphone),
            Strategy("jsname", 'button[jsname="hw0c9"][data-is-muted]'),
        ),
        "camera": (
            Strategy("icon", f"{BUTTON}[data-is-muted]", icon="videocam|videocam_off"),
            Strategy("label", camera),
            Strategy("jsname", 'button[jsname="psRWwc"][data-is-muted]'),
        ),
        "captions_on": (
            Strategy("icon", icon="closed_caption_off"),
            Strategy("label", _labels(BUTTON, pack.captions_on)),
        ),
        "captions_off": (
            Strategy("icon", icon="closed_caption"),
            Strategy("label", _labels(BUTTON, pack.captions_off)),
        ),
        "captions_toggle": (
            Strategy("icon", icon="closed_caption_off|closed_caption"),
            Strategy("label", _labels(BUTTON, pack.captions_on + pack.captions_off)),
            Strategy("jsname", 'button[jsname="RrG0hf"]'),
            Strategy("old_jsname", 'button[jsname="r8qRAd"]'),
        ),
        "caption_language": (
            Strategy("label", _labels('[role="combobox"]', pack.caption_language)),
            Strategy("jsname", '[role="combobox"][jsname="oYxtQd"]'),
        ),
        "more_options": (Strategy("jsname", 'button[jsname="NakZHc"]'),),
        "settings_captions": (
            Strategy("jsname", '[role="dialog"] button[jsname="z4Tpl"]'),
            Strategy("label", _labels('[role="dialog"] button', pack.captions_region)),
        ),
    }


def _panels(pack: LocalePack) -> Targets:
    return {
        "chat_button": (
            Strategy("panel", 'button[data-panel-id="2"]'),
            Strategy("label", _labels(BUTTON, pack.chat, "^=")),
            Strategy("icon", icon="chat"),
        ),
        "chat_log": (
            Strategy("jsname", '[aria-live="polite"][jsname="xySENc"]'),
            Strategy("class", '[aria-live="polite"].Ge9Kpc'),
        ),
        "chat_input": (
            Strategy("textarea", _labels("textarea", pack.message_box)),
            Strategy("editable", _labels('[contenteditable="true"]', pack.message_box)),
            Strategy("structure", 'aside textarea, aside [contenteditable="true"]'),
        ),
        "chat_send": (
            Strategy("label", _labels("button", pack.send)),
            Strategy("icon", icon="send"),
        ),
    }


def page_marks() -> dict[str, Any]:
    """What the page scripts look for, in any language: they start before one is known."""
    region = targets(EVERYTHING)["captions_region"]
    return {
        "captions": {
            "regions": [strategy.css for strategy in region],
            "block": ".nMcdL",
            "name": [".NWpY1d", ".KcIKyf"],
            "text": [".ygicle", ".VbkSUe"],
            "decoration": ".GvZY2, .IMKgW",
        },
        "people": {
            "id": "data-participant-id",
            "name": "span.notranslate:not([aria-hidden])",
            "panel": _labels("aside", EVERYTHING.side_panel),
            "light": '[jsname="QgSmzd"]',
            "speaking": ", ".join(
                f'[jsname="QgSmzd"].{mark}' for mark in ("Oaajhc", "HX2H7", "wEsLMd", "OgVli")
            ),
            "count": "[data-avatar-count]",
            "log": '[aria-live="polite"][jsname="xySENc"]',
            "message": "data-message-id",
            "body": '[jsname="dTKtvb"]',
            "sender": ".poVWob",
        },
    }
