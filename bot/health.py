"""What can be measured of a running bot."""

from dataclasses import dataclass

from bot.camera import Camera
from bot.devices import Devices
from bot.intake import Intake


@dataclass(frozen=True, slots=True)
class BotHealth:
    """Measured values; times are meeting seconds, None where nothing came yet."""

    audio_path: str
    sound_alarms: tuple[str, ...]
    last_heard_s: float | None
    last_caption_s: float | None
    frames_dropped: int
    messages_lost: int
    page_round_trip_s: float
    camera_on: bool
    camera_frames: int
    camera_arrives: bool
    """The picture was leaving when it was last measured."""
    camera_same: bool | None
    """What leaves is our picture; None while it cannot be read back."""
    drift: dict[str, str]
    """Targets on the page that only a fall-back strategy found."""

    @classmethod
    def of(
        cls, intake: Intake, camera: Camera, devices: Devices, drift: dict[str, str]
    ) -> "BotHealth":
        """The values of now."""
        return cls(
            audio_path=intake.sound.path,
            sound_alarms=intake.sound.watch.alarms,
            last_heard_s=intake.last_heard_s,
            last_caption_s=intake.last_caption_s,
            frames_dropped=intake.sound.frames.dropped,
            messages_lost=intake.handshake.lost,
            page_round_trip_s=intake.page_clock.round_trip_s,
            camera_on=devices.camera_on,
            camera_frames=camera.back.frames_sent,
            camera_arrives=camera.back.arrives,
            camera_same=camera.back.same,
            drift=drift,
        )
