"""Long work on a meeting: started by a form, watched by a script."""

from aiohttp import web

from domain.desks import Job, JobKind, JobState
from domain.errors import UsageError
from domain.text import clean
from web.pages.answers import done, fields
from web.pages.desks import Desks
from web.pages.transcript import attachment
from web.templating import HEADERS


class JobRoutes:
    """POST /meetings/ID/jobs, GET /jobs/ID and its file."""

    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def start(self, request: web.Request) -> web.Response:
        """Starts notes, a second pass or an archive."""
        given = await fields(request)
        meeting_id = request.match_info["meeting"]
        try:
            kind = JobKind(given.pop("kind", ""))
        except ValueError:
            raise UsageError("There is no such work.", "Load the page again.") from None
        options = {key: value for key, value in given.items() if not key.startswith("_")}
        job = await self._desks.jobs.start(kind, meeting_id, options)
        return done(request, f"/meetings/{meeting_id}#jobs", **_told(job))

    async def show(self, request: web.Request) -> web.Response:
        """How far it is."""
        job = await self._desks.jobs.job(request.match_info["job"])
        return web.json_response(_told(job), headers=HEADERS)

    async def file(self, request: web.Request) -> web.Response:
        """What it made."""
        job = await self._desks.jobs.job(request.match_info["job"])
        if job.state is not JobState.DONE or not job.has_file:
            raise UsageError("There is no file.", "Wait until it is done.")
        file = await self._desks.jobs.file(job.id)
        headers = {**HEADERS, "Content-Type": file.media_type, **attachment(file.name)}
        return web.Response(body=file.content, headers=headers)


def _told(job: Job) -> dict[str, object]:
    return {
        "id": job.id,
        "kind": job.kind.value,
        "state": job.state.value,
        "done": job.done,
        "step": clean(job.step),
        "error": clean(job.error),
        "file": f"/jobs/{job.id}/file" if job.has_file else "",
    }
