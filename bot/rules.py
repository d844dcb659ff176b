"""When a bot leaves by itself."""

from dataclasses import dataclass

from bot.settings import BotSettings
from domain.clock import Clock
from domain.meetings import Ending, Reason


@dataclass(slots=True)
class EndRules:
    """Fed with what is heard and who is there; tells when the stay is over."""

    settings: BotSettings
    clock: Clock
    _alone_since: float | None = None
    _had_company: bool = False
    _spoken_s: float | None = None

    def heard(self) -> None:
        """Somebody speaks now, and so is there, listed or not."""
        self._spoken_s = self.clock.now_s()

    def check(self, company: int) -> Ending | None:
        """The reason to leave now, with this many other people there."""
        now_s = self.clock.now_s()
        return self._cap(now_s) or self._alone(company, now_s) or self._silence(now_s)

    def _cap(self, now_s: float) -> Ending | None:
        if now_s < self.settings.cap_s:
            return None
        return Ending(Reason.CAP_REACHED, f"in the meeting for {now_s:.0f} s")

    def _alone(self, company: int, now_s: float) -> Ending | None:
        if company > 0:
            self._had_company = True
            self._alone_since = None
            return None
        if self._alone_since is None:
            self._alone_since = now_s
        longest = self.settings.alone_s
        if not self._had_company:
            longest = max(longest, self.settings.first_company_s)
        spoken_s = self._alone_since if self._spoken_s is None else self._spoken_s
        since_s = max(self._alone_since, spoken_s)
        if now_s - since_s < longest:
            return None
        return Ending(Reason.ALONE, f"nobody else for {now_s - since_s:.0f} s")

    def _silence(self, now_s: float) -> Ending | None:
        if self._spoken_s is None or now_s - self._spoken_s < self.settings.silence_s:
            return None
        return Ending(Reason.SILENCE, f"no speech for {now_s - self._spoken_s:.0f} s")
