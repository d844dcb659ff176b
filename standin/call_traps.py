"""Switches of the call: captions, caption channel, people, chat, camera."""

from dataclasses import dataclass

from standin.entry_traps import EntryTraps

CALL_CHOICES: dict[str, tuple[str, ...]] = {
    "captions_toggle": ("", "pressed", "translation"),
    "channel_label": ("captions", "captions_v2"),
    "chat_box": ("", "everyone", "editable"),
    "lit_by": ("class", "level"),
    "camera_fault": ("stopped", "dropped", "black", "inactive"),
}
"""What a switch that is a text may say."""


@dataclass(frozen=True, slots=True)
class CallTraps(EntryTraps):
    """Every one is off, or on its usual form, by default."""

    captions_toggle: str = ""
    """pressed: the older button with aria-pressed; translation: the one for both at once."""
    trusted_clicks: bool = False
    """Clicks that a script makes are ignored."""
    captions_off_again_at_s: float | None = None
    language_in_settings: bool = False
    """The caption language is chosen in the settings dialog only."""
    channel_label: str = "captions"
    channel_ends_at_s: float | None = None
    """From then on the channel carries nothing; the region goes on."""
    message_ids_reused: bool = False
    """After 15 s without speech of a device its message ids begin at 1 again."""
    versions_shuffled: bool = False
    """Every other revision overtakes the one before it on the channel."""
    region_missing: bool = False
    """Captions are on, but the page draws none."""
    region_renamed: bool = False
    """The region's blocks carry other class names than known."""
    region_unreadable: bool = False
    """The region's blocks are one text each, without parts."""
    own_speech_at_s: float | None = None
    """The guest's own voice is captioned."""
    guesses_replaced: bool = False
    """The first guess of a line shares nothing with what follows."""
    deep_corrections: bool = False
    """Corrections reach 104 characters back instead of 28."""
    late_corrections: bool = False
    """A line is put right three seconds after its end, when others speak already."""
    tab_hidden_at_s: float | None = None
    """For five seconds nothing is drawn; then all of it at once."""
    rerendered_at_s: float | None = None
    """The call is built anew, with another connection: a breakout room."""

    no_roster: bool = False
    """There is no collections channel."""
    roster_lag_s: float = 0.0
    """The channel tells so much later that somebody has left."""
    tiles_without_ids: bool = False
    tiles_shown: float = 0.0
    """Only so many tiles are on the stage; 0 shows all."""
    lit_by: str = "class"
    merged_audio: bool = False
    """The first two participants sit in one room and share its sound."""
    presenting: str = ""
    """Participant whose presentation is a device of its own."""

    chat_box: str = ""
    chat_closed_at_s: float | None = None
    chat_pinned: bool = False
    """Every message is repeated by a pin that carries its id and more text."""

    camera_effects: bool = False
    """The page sends the camera through a canvas of its own."""
    camera_toast: bool = False
    """A toast that the camera was not found stays on the page."""
    camera_fault_at_s: float | None = None
    """The camera's button says on, but from then on its picture does not arrive."""
    camera_fault: str = "stopped"
