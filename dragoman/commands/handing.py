"""What `dragoman join` does where a server sends the bot."""

import argparse
import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from domain.errors import ServerError, UsageError
from domain.languages import parse_languages
from domain.meetings import EXIT_CODES
from dragoman import console, orders, reach
from dragoman.client import Json
from dragoman.settings import Settings

AWAY_S = 120.0
"""A server that is followed may be away for so long, as while it is updated."""
LOOK_S = 1.0
"""Between two looks at the meeting."""

_OWN_BOT = (
    *("base_url", "interpret", "layout", "theme", "large", "camera", "film", "png", "port"),
    *("voice", "speak_into_meeting", "window", "headless"),
)
"""Arguments that only a bot in this process takes."""


def hand_over(args: argparse.Namespace, settings: Settings, to: reach.Way) -> int:
    """Gives the invitation to the server, and follows the meeting if that is wanted: then the
    exit code is the bot's."""
    invitation = invited(args)
    meeting = asyncio.run(_invite(to, invitation))
    short = meeting["id"][:8]
    console.say(f"Meeting {short}: {to.address}/meetings/{meeting['id']}")
    if not args.follow:
        console.say(_standing(meeting))
        return 0
    try:
        ended = asyncio.run(follow(lambda: _again(args, settings, to), meeting))
    except KeyboardInterrupt:
        console.say(f"The bot goes on without this command. Send it away: dragoman leave {short}")
        return 0
    if ended["state"] == "ended":
        data = f" --data {args.data}" if args.data is not None else ""
        export = f"dragoman export {short} --format md{data}"
        console.say(f"Transcript: {export if to.own else f'{to.address}/meetings/{short}'}")
    return exit_code(ended)


def invited(args: argparse.Namespace) -> Json:
    """The body of the invitation. Raises UsageError for what a server's bot does not take."""
    for name in _OWN_BOT:
        if getattr(args, name):
            option = name.replace("_", "-")
            raise UsageError(
                f"The server's bots do not take --{option} from here.",
                "Add --here for a bot in this process, or change it on the server's pages.",
            )
    body: Json = {"link": args.link}
    for name, given in (("languages", args.translate), ("spoken", args.speak)):
        if given:
            body[name] = parse_languages(given)
    more: dict[str, Any] = {"name": args.name, "record": args.record}
    return {**body, **{name: value for name, value in more.items() if value is not None}}


async def _invite(to: reach.Way, invitation: Json) -> Json:
    async with reach.talking(to) as client:
        return await client.invite(**invitation)


def _again(args: argparse.Namespace, settings: Settings, to: reach.Way) -> reach.Way:
    """The way to the same server, which may have been started again since."""
    if not to.own:
        return to
    found = reach.way(args, settings, tell=False)
    if found is None:
        raise ServerError("The server has ended; the bot goes on without it.")
    return found


async def follow(find: Callable[[], reach.Way], meeting: Json, away_s: float = AWAY_S) -> Json:
    """Tells each step of a meeting until its end; the meeting then. Raises ServerError for a
    server that stays away, UsageError for a meeting that is no more."""
    told = _Told()
    loop = asyncio.get_running_loop()
    heard_s = loop.time()
    while True:
        try:
            async with reach.talking(find()) as client:
                while True:
                    now = await client.meeting(meeting["id"])
                    told.tell(now)
                    heard_s = loop.time()
                    if orders.over(now):
                        return now
                    await asyncio.sleep(LOOK_S)
        except ServerError as error:
            if loop.time() - heard_s > away_s:
                raise
            told.away(error)
        await asyncio.sleep(LOOK_S)


class _Told:
    """What was told of a meeting so far."""

    def __init__(self) -> None:
        self._steps = 0
        self._place = 0
        self._away = False

    def tell(self, meeting: Json) -> None:
        """The steps that are new, and the place in the queue where that is another."""
        self._away = False
        for step in meeting["states"][self._steps :]:
            at = datetime.fromisoformat(step["at"]).astimezone()
            evidence = f"  {step['evidence']}" if step["evidence"] else ""
            console.say(f"{at:%H:%M:%S}  {step['state']}{evidence}")
        self._steps = len(meeting["states"])
        if meeting["place"] not in (0, self._place):
            console.say(f"          place {meeting['place']} in the queue")
        self._place = meeting["place"]
        if orders.over(meeting):
            console.say(_standing(meeting))

    def away(self, error: ServerError) -> None:
        """Once for each time that the server is away."""
        if not self._away:
            console.note(f"{error.message} Trying again; the bot goes on.")
        self._away = True


def _standing(meeting: Json) -> str:
    place = f", place {meeting['place']} in the queue" if meeting["place"] else ""
    reason = str(meeting["reason"]).replace("_", " ")
    return f"{meeting['state']}: {reason}{place}"


def exit_code(meeting: Json) -> int:
    """The bot's; 1 for a reason that this version does not know."""
    known = {reason.value: code for reason, code in EXIT_CODES.items()}
    return known.get(meeting["reason"], 0 if meeting["state"] == "ended" else 1)
