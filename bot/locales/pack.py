"""The form of a locale pack."""

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class LocalePack:
    """Texts of one language; page texts are compared case-folded, with plain apostrophes,
    and need to occur only as a part of what the page says."""

    language: str

    your_name: tuple[str, ...] = ()
    join: tuple[str, ...] = ()
    """Join buttons, best first; whole texts."""
    never_join: tuple[str, ...] = ()
    """Buttons that take the call away from another device."""
    without_devices: tuple[str, ...] = ()
    with_devices: tuple[str, ...] = ()
    got_it: tuple[str, ...] = ()
    """Buttons that only close what covers the page."""

    lobby: tuple[str, ...] = ()
    host_absent: tuple[str, ...] = ()
    risk: tuple[str, ...] = ()
    """The lobby's queue for those whom Meet does not trust."""
    denied: tuple[str, ...] = ()
    no_answer: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()
    wrong_code: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    sign_in: tuple[str, ...] = ()
    sign_in_heading: tuple[str, ...] = ()
    """The whole heading of a page that wants an account."""
    removed: tuple[str, ...] = ()
    host_ended: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    """In a notice that must be accepted before the call."""

    controls: tuple[str, ...] = ()
    meeting_details: tuple[str, ...] = ()
    notifications: tuple[str, ...] = ()
    captions_region: tuple[str, ...] = ()
    captions_on: tuple[str, ...] = ()
    captions_off: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    leave_for_me: tuple[str, ...] = ()
    ending_soon: tuple[str, ...] = ()
    chat: tuple[str, ...] = ()
    side_panel: tuple[str, ...] = ()
    message_box: tuple[str, ...] = ()
    send: tuple[str, ...] = ()
    microphone: tuple[str, ...] = ()
    """Part of a toggle's label, in any case."""
    camera: tuple[str, ...] = ()
    camera_problem: tuple[str, ...] = ()
    caption_language: tuple[str, ...] = ()

    def joined_with(self, other: "LocalePack") -> "LocalePack":
        """The texts of both."""
        texts = {
            field.name: tuple(dict.fromkeys(getattr(self, field.name) + getattr(other, field.name)))
            for field in fields(self)
            if field.name != "language"
        }
        return LocalePack(self.language, **texts)
