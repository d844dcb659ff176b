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
    audio_blocks: int
    last_heard_s: float | None
    last_caption_s: float | None
    caption_source: str
    frames_dropped: int
    messages_lost: int
    page_round_trip_s: float
    camera_on: bool
    camera_frames: int
    camera_size: tuple[int, int]
    camera_arrives: bool
    """The picture was leaving when it was last measured."""
    camera_same: bool | None
    """What leaves is our picture; None while it cannot be read back."""
    camera_limited: str
    """What keeps its quality down: cpu, bandwidth; none or empty where nothing does."""
    camera_lost: float | None
    """Share of its packets that the receiver misses; None where it does not say."""
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
            audio_blocks=intake.sound.blocks,
            last_heard_s=intake.last_heard_s,
            last_caption_s=intake.last_caption_s,
            caption_source=intake.captions.active,
            frames_dropped=intake.sound.frames.dropped,
            messages_lost=intake.handshake.lost,
            page_round_trip_s=intake.page_clock.round_trip_s,
            camera_on=devices.camera_on,
            camera_frames=camera.back.frames_sent,
            camera_size=camera.back.size,
            camera_arrives=camera.back.arrives,
            camera_same=camera.back.same,
            camera_limited=camera.back.limited,
            camera_lost=camera.back.lost,
            drift=drift,
        )
