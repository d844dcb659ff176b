"""Where things stand on Meet's pages, as of 2026-09-25: per target, strategies in order.

Structure and icon ligatures first (the same in every language), labels of the locale pack
next, jsname and class names last. A css strategy must be plain CSS: it is used both inside
the page and by Playwright.
"""

from dataclasses import dataclass
from typing import Any

from bot.locales.en import ENGLISH
from bot.locales.pack import LocalePack

AS_OF = "2026-09-25"
BUTTON = ':is(button,[role="button"])'


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way to find a target."""

    name: str
    css: str = ""
    icon: str = ""
    """Ligature of the icon inside the button, instead of css."""

    @property
    def selector(self) -> str:
        """For Playwright."""
        if self.icon:
            return f'{BUTTON}:has(i.google-symbols:text-is("{self.icon}"))'
        return self.css


Targets = dict[str, tuple[Strategy, ...]]


def _labels(prefix: str, texts: tuple[str, ...], match: str = "=") -> str:
    """CSS for any of several aria-labels."""
    return ",".join(f'{prefix}[aria-label{match}"{text}"]' for text in texts)


def targets(pack: LocalePack = ENGLISH) -> Targets:
    """Everything that is looked for by name."""
    return _ways_in(pack) | _in_call(pack) | _controls(pack) | _panels(pack)


def _ways_in(pack: LocalePack) -> Targets:
    return {
        "name_input": (
            Strategy("label", _labels('input[type="text"]', pack.your_name)),
            Strategy("structure", 'input[jsname][type="text"]'),
        ),
        "join": (
            Strategy("promo", 'button[data-promo-anchor-id="w5gBed"]'),
            Strategy("jsname", 'button[jsname="Qx7uuf"]'),
        ),
        "prejoin": (
            Strategy("attribute", "[data-is-anonymous][data-meeting-code]"),
            Strategy("jsname", 'button[jsname="hw0c9"]'),
        ),
        "consent": (
            Strategy("action", '[role="dialog"] button[data-mdc-dialog-action="ok"]'),
            Strategy("loose", 'button[data-mdc-dialog-action="ok"]'),
        ),
        "dialog": (Strategy("role", '[role="dialog"]'),),
        "call_ended": (
            Strategy("attribute", '[data-call-ended="true"]'),
            Strategy("action", '[data-mdc-dialog-action="returnToHomePage"]'),
        ),
    }


def _in_call(pack: LocalePack) -> Targets:
    """Anchors that exist in the call and never in the lobby."""
    region = '[role="region"]'
    return {
        "meeting_details": (Strategy("label", _labels("", pack.meeting_details)),),
        "notifications": (Strategy("label", _labels(region, pack.notifications)),),
        "captions_region": (
            Strategy("label", _labels(region, pack.captions_region)),
            Strategy("class", f"{region}.vNKgIf.UDinHf"),
        ),
    }


IN_CALL = ("meeting_details", "notifications", "captions_region")


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
            Strategy("jsname", 'button[jsname="hw0c9"][data-is-muted]'),
            Strategy("label", microphone),
        ),
        "camera": (
            Strategy("jsname", 'button[jsname="psRWwc"][data-is-muted]'),
            Strategy("label", camera),
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
            Strategy("jsname", 'button[jsname="RrG0hf"]'),
            Strategy("label", _labels(BUTTON, pack.captions_on + pack.captions_off)),
            Strategy("old_jsname", 'button[jsname="r8qRAd"]'),
        ),
        "caption_language": (
            Strategy("label", _labels('[role="combobox"]', pack.caption_language)),
            Strategy("jsname", '[role="combobox"][jsname="oYxtQd"]'),
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


def page_marks(pack: LocalePack = ENGLISH) -> dict[str, Any]:
    """What the page scripts look for."""
    region = targets(pack)["captions_region"]
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
            "panel": _labels("aside", pack.side_panel),
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
