"""What happens after a meeting: notes, delivery, and for how long things are kept."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from dragoman.groups.base import Group


class NotesGroup(Group):
    """Who writes the notes."""

    engine: Literal["auto", "extractive", "openai"] = Field(
        "auto", description="auto: the server where one is set, else sentences of the meeting."
    )
    openai_url: str = Field(
        "", description="Base URL of an OpenAI-compatible server for notes; ends in /v1."
    )
    openai_model: str = Field("", description="Model name on that server; empty: its first.")
    openai_key: SecretStr = Field(SecretStr(""), description="API key of that server.")
    budget: int = Field(
        6000, ge=500, description="Tokens of a transcript in one request; longer ones in parts."
    )
    timeout_s: float = Field(180, gt=0, description="Longest wait for one answer.")


class DeliveryGroup(Group):
    """How transcripts are sent."""

    smtp_host: str = Field("", description="Mail server; empty: no mail is sent.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        "starttls", description="none is for a server on this machine."
    )
    smtp_user: str = Field("", description="Name to sign in with; empty: without.")
    smtp_password: SecretStr = Field(SecretStr(""), description="Password of that name.")
    sender: str = Field("", description="Address that mail comes from.")
    formats: tuple[str, ...] = Field(("docx", "txt"), description="Files that are attached.")
    folder: Path | None = Field(
        None, description="Folder into which every finished transcript is put."
    )


class RetentionGroup(Group):
    """For how many days things are kept after a meeting; 0 keeps them."""

    sound_days: float = Field(0, ge=0, description="Recorded sound.")
    transcripts_days: float = Field(0, ge=0, description="Whole meetings with all of theirs.")
    notes_days: float = Field(0, ge=0, description="Summaries, decisions, action items.")
    logs_days: float = Field(30, ge=0, description="Logs of bots, and evidence of failures.")
