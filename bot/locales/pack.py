"""The form of a locale pack."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocalePack:
    """Texts of one language; page texts are compared case-folded, with plain apostrophes,
    and need to occur only as a part of what the page says."""

    language: str

    your_name: tuple[str, ...]
    join: tuple[str, ...]
    """Join buttons, best first; whole texts."""
    never_join: tuple[str, ...]
    """Buttons that take the call away from another device."""
    without_devices: tuple[str, ...]
    with_devices: tuple[str, ...]
    got_it: tuple[str, ...]
    """Buttons that only close what covers the page."""

    lobby: tuple[str, ...]
    host_absent: tuple[str, ...]
    denied: tuple[str, ...]
    no_answer: tuple[str, ...]
    blocked: tuple[str, ...]
    wrong_code: tuple[str, ...]
    full: tuple[str, ...]
    sign_in: tuple[str, ...]
    removed: tuple[str, ...]
    host_ended: tuple[str, ...]
    left: tuple[str, ...]

    meeting_details: tuple[str, ...]
    notifications: tuple[str, ...]
    captions_region: tuple[str, ...]
    captions_on: tuple[str, ...]
    captions_off: tuple[str, ...]
    leave: tuple[str, ...]
    leave_for_me: tuple[str, ...]
    chat: tuple[str, ...]
    side_panel: tuple[str, ...]
    message_box: tuple[str, ...]
    send: tuple[str, ...]
    microphone: tuple[str, ...]
    camera: tuple[str, ...]
    caption_language: tuple[str, ...]
