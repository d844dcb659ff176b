"""Switches of the way in and the way out: green room, lobby, dialogs, endings."""

from dataclasses import dataclass

CHOICES: dict[str, tuple[str, ...]] = {
    "ui_language": ("", "en", "de", "fr", "es", "ja", "pt"),
    "device_prompt_wording": ("both", "microphone"),
    "name_input": ("labelled", "bare", "placeholder", "controlled"),
    "join_wording": ("", "anyway", "call_now", "join_anyway", "without_camera"),
    "captcha": ("", "invisible", "visible"),
    "sign_in_wall": ("redirect", "page", "chooser"),
    "risk_queue": ("", "silent", "told"),
    "denied_wording": ("someone", "were", "not_allowed", "left"),
    "blocked_wording": ("call", "meeting", "problem"),
    "wrong_code_wording": ("check", "invalid", "expired", "does_not_work"),
    "full_wording": ("meeting", "call"),
    "ended_wording": ("for_everyone", "call_ended", "none"),
    "sound_moves_to": ("mixed", "played", "nowhere"),
    "consent_wording": ("notes", "recording", "transcript"),
}
"""What a switch that is a text may say; others take any text."""
DRIFTING = ("jsnames", "classes", "labels", "icons", "panels", "promo", "actions")
"""Kinds of marks that `drifted` renames."""


@dataclass(frozen=True, slots=True)
class EntryTraps:
    """Every one is off, or on its usual form, by default."""

    first_loads_fail: float = 0.0
    """So many loads of the page answer with an error first."""
    first_loads_hang: float = 0.0
    """So many loads of the page show nothing for ever."""
    account_choice: bool = False
    signed_in: bool = False
    elsewhere: bool = False
    """The account is in the call on another device: Switch here, Join here too."""
    name_input: str = "labelled"
    join_wording: str = ""
    device_prompt: bool = False
    device_prompt_wording: str = "both"
    green_room_dialog: bool = False
    captcha: str = ""
    captcha_solved_after_s: float | None = None
    sign_in_wall: str = "redirect"
    bot_verdict: float | None = None
    """What the reply to CreateMeetingDevice says of the browser; 2 is automated."""
    bot_verdict_nested: bool = False
    risk_queue: str = ""
    blocked_at_once: bool = False
    home_after_s: float = 60.0
    denied_wording: str = "someone"
    blocked_wording: str = "call"
    wrong_code_wording: str = "check"
    full_wording: str = "meeting"
    ended_wording: str = "for_everyone"

    lobby_shows_hidden_anchor: bool = False
    camera_off_in_lobby_s: float | None = None
    consent_dialog: bool = False
    consent_wording: str = "notes"
    consent_plain: bool = False
    """Its button carries no action attribute."""

    got_it_dialog: bool = False
    mic_off_dialog: bool = False
    stuck_dialog: bool = False
    """A dialog without any known button that cannot be escaped."""
    toolbar_hides_s: float | None = None
    camera_problem: bool = False
    ending_soon_at_s: float | None = None
    controls_gone_at_s: float | None = None
    controls_back_at_s: float | None = None
    ui_language: str = ""
    drifted: tuple[str, ...] = ()
