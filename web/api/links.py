"""Viewer links, and who asks."""

from web.api.call import Call, Plain
from web.api.link_models import LinkTold, MakeLink, Myself
from web.api.models import Nothing
from web.api.problems import Refuse


async def who_am_i(call: Plain) -> Myself:
    """Tells whose token this is and what it may do."""
    role = call.who.role
    return Myself(
        name=call.who.name, role=role.name.lower() if role else "viewer", via=call.who.via.value
    )


async def make_viewer_link(call: Call[Nothing, MakeLink]) -> LinkTold:
    """Makes an address under which guests follow the meeting in their language."""
    expires_at = call.body.expires_at
    if expires_at is not None and expires_at <= call.desks.now():
        raise Refuse(422, "The link would have expired already.", "Choose a later time.")
    site = f"{call.request.scheme}://{call.request.host}"
    link = await call.desks.links.make(await call.meeting_id(), expires_at, site)
    return LinkTold(url=link.url, expires_at=link.expires_at)


async def revoke_viewer_links(call: Plain) -> None:
    """Ends every viewer link of the meeting, and what is open under them."""
    await call.desks.links.revoke(await call.meeting_id())
