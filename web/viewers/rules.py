"""What the viewers' part goes by."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ViewerRules:
    """Numbers, and what people are told."""

    public_url: str = ""
    """Under which people reach the server; empty: as the request says."""
    link_hours: int = 7 * 24
    """How long a link is good for when nothing else is asked."""
    most_hours: int = 90 * 24
    most_viewers: int = 5000
    """Open sockets of viewers, all meetings together."""
    send_s: float = 20.0
    """A viewer who takes nothing for so long is let go."""
    kept_days: int = 0
    """After how many days transcripts are erased; 0: when somebody erases them."""
    recorded: bool = False
    """Whether the sound of every meeting is kept too."""
    sound_days: int = 0
    """After how many days recorded sound is erased; 0: with the transcript."""
    compress: bool = False
    """permessage-deflate for viewers' sockets; see docs/viewers.md for what it costs."""
