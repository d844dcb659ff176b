"""Sends finished transcripts: by mail, into a folder, and to who else wants to know."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path

import aiosmtplib

from domain.errors import DragomanError, UsageError
from domain.serving import File, Notes, TranscriptDesk
from domain.text import clean
from dragoman.groups.after import DeliveryGroup
from storage.export.files import write_atomic
from storage.export.formats import FORMATS
from storage.export.side import notes_of

log = logging.getLogger(__name__)

PAUSES_S = (5.0, 60.0, 600.0)
"""Between tries to send a mail that the server could not take for the moment."""
SMTP_S = 60.0

Notify = Callable[[str, str], Awaitable[None]]
"""Tells another way of delivery: its name, and the meeting's id."""


@dataclass(slots=True)
class Delivered:
    """What became of a delivery."""

    sent: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """To whom, and why, for people."""


class Delivery:
    """Delivers one meeting's transcript at a time. Nothing that fails stops the rest."""

    def __init__(
        self, desk: TranscriptDesk, settings: DeliveryGroup, notify: Notify,
        pauses_s: Sequence[float] = PAUSES_S,
    ) -> None:  # fmt: skip
        unknown = [name for name in settings.formats if name not in (*FORMATS, "zip")]
        if unknown:
            raise UsageError(f"There is no format {unknown[0]!r}.", "See docs/exports.md.")
        self._desk = desk
        self._settings = settings
        self._notify = notify
        self._pauses_s = pauses_s

    async def over(
        self, meeting_id: str, deliver_to: Sequence[str], notes: Notes | None = None
    ) -> Delivered:
        """A meeting has ended: mail to addresses, a call of `notify` for every other name, and
        files into the folder, where one is set."""
        done = Delivered()
        files = [await self._desk.export(meeting_id, name, {}) for name in self._settings.formats]
        for each in dict.fromkeys(clean(to, 320) for to in deliver_to):
            await self._try(done, each, self._send(meeting_id, each, files, notes))
        if self._settings.folder is not None:
            where = self._settings.folder.expanduser()
            await self._try(done, "folder", asyncio.to_thread(put, where, files))
        return done

    async def _try(self, done: Delivered, to: str, work: Awaitable[None]) -> None:
        try:
            await work
        except DragomanError as error:
            log.warning("a delivery failed: %s", type(error).__name__)
            done.failed[to] = str(error)
        else:
            done.sent.append(to)

    async def _send(
        self, meeting_id: str, to: str, files: Sequence[File], notes: Notes | None
    ) -> None:
        if "@" not in to:
            await self._notify(to, meeting_id)
            return
        reading = await self._desk.read(meeting_id)
        subject = f"Transcript of {clean(reading.title or reading.meeting.code, 120)}"
        if reading.meeting.began_at is not None:
            subject += f", {reading.meeting.began_at:%Y-%m-%d %H:%M} UTC"
        await self.mail(letter(self._settings.sender, to, subject, body(notes), files))

    async def mail(self, message: EmailMessage) -> None:
        """Sends a mail, trying again where the server asks for it. Raises DragomanError."""
        settings = self._settings
        if not settings.smtp_host or not settings.sender:
            raise UsageError("Mail is not set up.", "Set delivery.smtp_host and delivery.sender.")
        for pause_s in (*self._pauses_s, None):
            try:
                await aiosmtplib.send(
                    message,
                    hostname=settings.smtp_host,
                    port=settings.smtp_port,
                    username=settings.smtp_user or None,
                    password=settings.smtp_password.get_secret_value() or None,
                    use_tls=settings.smtp_security == "tls",
                    start_tls=settings.smtp_security == "starttls",
                    timeout=SMTP_S,
                )
                return
            except (aiosmtplib.SMTPException, OSError) as error:
                if pause_s is None or not _passing(error):
                    raise DeliveryError(
                        f"The mail server did not take the mail ({type(error).__name__}).",
                        "Check the address and the settings of delivery.",
                    ) from error
            await asyncio.sleep(pause_s)


class DeliveryError(DragomanError):
    """A transcript could not be delivered."""


def _passing(error: Exception) -> bool:
    """Whether trying again may help: no answer, or a code of 4xx."""
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return all(400 <= each.code < 500 for each in error.recipients)
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return 400 <= error.code < 500
    return True


def letter(sender: str, to: str, subject: str, text: str, files: Sequence[File]) -> EmailMessage:
    """A mail to one address. Raises UsageError for an address that is none."""
    message = EmailMessage()
    try:
        message["From"] = Address(addr_spec=sender)
        message["To"] = Address(addr_spec=to)
    except (ValueError, IndexError, LookupError) as error:
        raise UsageError("This is no mail address.", "Write name@example.org.") from error
    message["Subject"] = clean(subject, 200)
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    for file in files:
        kind, _, subtype = file.media_type.partition(";")[0].partition("/")
        coded = {"charset": "utf-8"} if kind == "text" else {}
        message.add_attachment(
            file.content, maintype=kind, subtype=subtype, filename=file.name, params=coded
        )
    return message


def body(notes: Notes | None) -> str:
    """The text of a mail: the notes, where there are any."""
    lines = ["The transcript is attached.", ""]
    for title, points in notes_of(notes):
        lines += [title, *(f"- {text} ({more})" for text, more in points), ""]
    return "\n".join(lines)


def put(folder: Path, files: Sequence[File]) -> None:
    """Writes files into a folder, each as a whole. Blocks. Raises StorageError."""
    for file in files:
        write_atomic(folder / Path(file.name).name, file.content)
