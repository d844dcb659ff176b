"""The dashboard's pages and forms, without a browser."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from domain.accounts import Role
from domain.calendars import Decision
from domain.errors import StorageError
from domain.serving import Invitation, MeetingFilter, MeetingPage
from web.pages.dashboard import OPEN, Dashboard
from web.pages.desks import Desks
from web.routes import Needs
from web.scripted import Office, ScriptedMeetings
from web.scripted_data import FAILED, LIVE, NOW, OVER, QUEUED
from web.scripted_site import scripted_desks, scripted_site

PAGES = {
    "/": "Coming up",
    "/meetings": "Weekly planning",
    "/meetings?kind=failed&q=lyon": "lobby timeout",
    f"/meetings/{LIVE}": "Nothing has been said yet",
    f"/meetings/{QUEUED}": "Number 2 in the queue",
    f"/meetings/{OVER}": "La salle est réservée",
    f"/meetings/{FAILED}": "The bot did not get in",
    "/search": "Everything that was said",
    "/search?q=flights": "<mark>flights</mark>",
    "/search?q=nobody-says-this": "Nobody said that",
    "/calendars": "The server refused the password",
    "/glossary": "imprenta",
    "/people": "42 s of speech",
    "/settings": "camera.theme",
    "/doctor": "Checking this machine",
    "/doctor?now": "0.4 GB free",
}


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def desks(office: Office) -> Desks:
    return scripted_desks(office)


@pytest.fixture
async def client(desks: Desks) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(scripted_site(desks))) as opened:
        yield opened


class _Tree(HTMLParser):
    """Complains of tags that do not match, of doubled ids and of inline scripts and styles."""

    VOID = frozenset(("meta", "link", "input", "img", "br", "hr", "path", "circle", "rect"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.wrong += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "script" and "src" not in given:
            self.wrong.append("inline script")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}>")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_served_whole(client: TestClient, path: str) -> None:
    answer = await client.get(path)
    text = await answer.text()
    assert answer.status == 200
    assert PAGES[path] in text
    tree = _Tree()
    tree.feed(text)
    assert (tree.wrong, tree.open) == ([], [])
    assert len(tree.ids) == len(set(tree.ids))
    assert text.count('method="post"') == text.count('name="_csrf"')
    assert "script-src 'self'; style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


async def test_viewers_get_no_forms_that_change_something(desks: Desks) -> None:
    async with TestClient(TestServer(scripted_site(desks, Role.VIEWER))) as viewer:
        for path in ("/", "/meetings", f"/meetings/{OVER}", f"/meetings/{LIVE}", "/calendars",
                     "/glossary", "/people"):  # fmt: skip
            text = await (await viewer.get(path)).text()
            found = [part.split('"')[0] for part in text.split('action="')[1:]]
            assert [each for each in found if not each.endswith(("/export", "/ask"))] == [], path
            assert 'href="/settings"' not in text


def _routes(desks: Desks) -> Iterator[tuple[str, str, Needs]]:
    for route in Dashboard(desks).routes():
        yield route.method, route.path, route.needs


def test_what_changes_something_needs_more_than_reading(desks: Desks) -> None:
    table = list(_routes(desks))
    assert {(m, p) for m, p, needs in table if needs is Needs.NOTHING} == OPEN
    weak = {p for m, p, needs in table if m != "GET" and needs not in (Needs.OPERATOR, Needs.OWNER)}
    assert weak == {"/meetings/{meeting}/ask"}


async def test_inviting_remembers_the_languages(client: TestClient, office: Office) -> None:
    form = FormData([("link", "meet.google.com/xyz-abcd-efg"), ("language", "ja"),
                     ("language", "es"), ("record", "1")])  # fmt: skip
    answer = await client.post("/invite", data=form, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/meetings/new-0001")
    invitation = dict(office.asked)["invite"]
    assert isinstance(invitation, Invitation)
    assert (invitation.languages, invitation.by) == (("ja", "es"), "Ana Ruiz")
    assert invitation.record is True
    today = await (await client.get("/")).text()
    assert today.index('value="ja" checked') < today.index('value="es" checked')


async def test_a_wrong_link_is_told_with_a_remedy(client: TestClient, office: Office) -> None:
    answer = await client.post("/invite", data={"link": "https://example.com/x"})
    assert answer.status == 422
    assert "That did not work" in await answer.text()
    told = await client.post(
        "/invite", data={"link": "nonsense"}, headers={"Accept": "application/json"}
    )
    assert told.content_type == "application/problem+json"
    assert (await told.json())["title"]
    assert office.asked == []


async def test_a_decision_about_an_event(client: TestClient, desks: Desks) -> None:
    await client.post("/coming", data={"event": "work/e3/", "decision": "join"})
    planned = {p.event.uid: p for p in await desks.calendars.coming(NOW, NOW.replace(hour=23))}
    assert (planned["e3"].decision, planned["e3"].why) == (Decision.JOIN, "Ana Ruiz")
    wrong = await client.post("/coming", data={"event": "work/e3/", "decision": "perhaps"})
    assert wrong.status == 422


async def test_orders_to_the_bot(client: TestClient, office: Office) -> None:
    here = f"/meetings/{LIVE}"
    for path, data in (("pause", {"paused": "yes"}), ("pause", {"paused": "no"}),
                       ("look", {"theme": "light", "large": "yes"}), ("leave", {})):  # fmt: skip
        answer = await client.post(f"{here}/{path}", data=data, allow_redirects=False)
        assert answer.status == 303
    assert office.asked == [
        ("pause", (LIVE, True)), ("pause", (LIVE, False)),
        ("look", (LIVE, {"theme": "light", "large": True})), ("leave", LIVE),
    ]  # fmt: skip
    over = await client.post(f"/meetings/{OVER}/leave")
    assert (over.status, "This meeting is over" in await over.text()) == (422, True)


async def test_renaming_and_correcting_without_scripts(client: TestClient) -> None:
    here = f"/meetings/{OVER}"
    page = await client.post(f"{here}/speakers", data={"speaker": "p2", "name": "Benjamin"})
    text = await page.text()
    assert ("Benjamin" in text, "<bdi>Ben Carter</bdi></span><a" in text) == (True, False)
    edit = await (await client.get(f"{here}?edit=s01")).text()
    assert f'action="{here}/lines/s01"' in edit
    page = await client.post(f"{here}/lines/s01", data={"text": "The budget is fine."})
    text = await page.text()
    assert "The budget is fine." in text
    assert "corrected</span>" in text
    await client.post(f"{here}/lines/s01", data={"text": ""})
    assert "The budget is fine." not in await (await client.get(here)).text()


async def test_a_line_is_given_to_another_speaker_without_scripts(client: TestClient) -> None:
    here = f"/meetings/{OVER}"
    edit = await (await client.get(f"{here}?edit=s01")).text()
    assert 'name="was" value="Ben Carter"' in edit
    same = {"text": "As it was.", "speaker": "Ben Carter", "was": "Ben Carter"}
    await client.post(f"{here}/lines/s01", data=same)
    text = await (await client.post(f"{here}/lines/s01", data=same | {"speaker": "Zoë"})).text()
    assert ("As it was." in text, "<bdi>Zoë</bdi>" in text) == (True, True)
    text = await (await client.post(f"{here}/lines/s01", data={"back": "1"})).text()
    assert ("As it was." in text, "<bdi>Zoë</bdi>" in text) == (False, False)


async def test_the_player_is_there_for_what_was_recorded(client: TestClient) -> None:
    text = await (await client.get(f"/meetings/{OVER}")).text()
    assert 'id="player"' in text
    assert 'data-lost="30.0-34.0"' in text
    assert 'data-words="4.00/0 ' in text
    other = await (await client.get("/meetings/over-0003")).text()
    assert ('id="player"' in other, "data-words" in other) == (False, False)
    part = await client.get(f"/meetings/{OVER}/sound", headers={"Range": "bytes=0-3"})
    assert (part.status, await part.read()) == (206, b"RIFF")
    assert (await client.get("/meetings/over-0003/sound")).status == 404


async def test_languages_and_versions_are_chosen_by_address(client: TestClient) -> None:
    text = await (await client.get(f"/meetings/{OVER}?show=fr&version=live")).text()
    assert 'lang="fr" dir="ltr" data-code="FR"' in text
    assert "Genial. Camille" not in text
    assert (await client.get(f"/meetings/{OVER}?version=nonsense")).status == 404


async def test_remarks_and_silence_are_shown(client: TestClient) -> None:
    text = await (await client.get(f"/meetings/{OVER}")).text()
    assert "There was much noise." in text
    assert "meet-captions heard: “They ask for two more weeks" in text
    assert "It is not sure who said this." in text
    assert "1 min of silence" in text
    assert 'data-missing title="The engine did not answer."' in text


async def test_asking_cites(client: TestClient) -> None:
    answer = await client.post(f"/meetings/{OVER}/ask", data={"question": "Who books the flights?"})
    text = await answer.text()
    assert "Ben Carter books the flights by Friday." in text
    assert 'href="#s07">00:52</a>' in text
    other = await client.post(f"/meetings/{OVER}/ask", data={"question": "Why?"})
    assert "The meeting does not tell." in await other.text()


async def test_exports_and_their_preview(client: TestClient) -> None:
    query = {"format": "srt", "language": "es"}
    file = await client.get(f"/meetings/{OVER}/export", params=query)
    assert file.headers["Content-Disposition"].startswith('attachment; filename="meeting.srt"')
    preview = await (await client.get(f"/meetings/{OVER}/preview", params=query)).json()
    assert preview["text"].startswith("Ana Ruiz: Good morning")
    assert (await client.get(f"/meetings/{OVER}/export?format=exe")).status == 404
    assert (await client.get(f"/meetings/{OVER}/export?language=xx")).status == 404


async def test_long_work_tells_how_far_it_is(client: TestClient) -> None:
    headers = {"Accept": "application/json"}
    started = await client.post(f"/meetings/{OVER}/jobs", data={"kind": "archive"}, headers=headers)
    job = await started.json()
    seen = [(await (await client.get(f"/jobs/{job['id']}")).json()) for _ in range(2)]
    assert [(each["state"], each["done"]) for each in seen] == [("running", 0.5), ("done", 1.0)]
    assert (await client.get(seen[-1]["file"])).status == 200
    assert "All exports" in await (await client.get(f"/meetings/{OVER}")).text()
    assert (await client.get("/jobs/none")).status == 404
    assert (await client.post(f"/meetings/{OVER}/jobs", data={"kind": "x"})).status == 422


async def test_rules_are_added_moved_and_removed(client: TestClient, desks: Desks) -> None:
    rule = {"name": "Clients", "decision": "join", "title": "*client*", "languages": "es, ja",
            "deliver_to": "a@b.example, c@d.example"}  # fmt: skip
    await client.post("/calendars/rules", data=rule)
    await client.post("/calendars/rules/0", data={"order": "down"})
    await client.post("/calendars/rules/2", data={"order": "remove"})
    rules = await desks.calendars.rules()
    assert [each.name for each in rules] == ["No one-to-ones", "Clients"]
    assert (rules[1].languages, len(rules[1].deliver_to)) == (("es", "ja"), 2)
    assert (await client.post("/calendars/rules/9", data={"order": "up"})).status == 422


async def test_calendars_are_added_and_removed(client: TestClient) -> None:
    given = {"kind": "ics", "title": "Berlin", "address": "https://cal.example/b.ics"}
    assert "Berlin" in await (await client.post("/calendars", data=given)).text()
    assert "Berlin" not in await (await client.post("/calendars/cal2/remove")).text()
    assert (await client.post("/calendars", data={**given, "address": "file:///"})).status == 422


async def test_the_glossary_is_edited_and_replaced(client: TestClient) -> None:
    added = {"text": "Lyon", "translations": "es: León\nfr: Lyon", "exact": "yes"}
    assert "León" in await (await client.post("/glossary", data=added)).text()
    removed = await client.post("/glossary/remove", data={"text": "Lyon"})
    assert "León" not in await removed.text()
    assert (await client.post("/glossary", data={"text": "x", "translations": "es"})).status == 422
    form = FormData()
    form.add_field("file", b"alpha\nbeta", filename="terms.csv")
    assert "2 terms" in await (await client.post("/glossary/file", data=form)).text()
    assert (await (await client.get("/glossary.csv")).text()) == "term\nalpha\nbeta"


async def test_voices_are_deleted_and_settings_changed(client: TestClient) -> None:
    assert "Ben Carter" not in await (await client.post("/people/v2/delete")).text()
    assert (await client.post("/people/v2/delete")).status == 422
    saved = await client.post("/settings", data={"camera.theme": "light", "server.bots": "4"})
    assert "<option selected>light</option>" in await saved.text()
    refused = await client.post("/settings", data={"server.port": "1"})
    assert (refused.status, "cannot be changed here" in await refused.text()) == (422, True)


async def test_lists_go_on_and_bad_days_are_told(client: TestClient) -> None:
    text = await (await client.get("/meetings")).text()
    assert "cursor=20" in text
    assert "Stand-up 30" in await (await client.get("/meetings?cursor=20")).text()
    assert (await client.get("/meetings?since=yesterday")).status == 404


class _Broken(ScriptedMeetings):
    async def page(self, wanted: MeetingFilter) -> MeetingPage:
        raise StorageError("The database does not answer.", "Start it.")


async def test_a_part_that_fails_leaves_the_others_standing(office: Office) -> None:
    desks = replace(scripted_desks(office), meetings=_Broken(office))
    async with TestClient(TestServer(scripted_site(desks))) as client:
        today = await (await client.get("/")).text()
        assert "The database does not answer." in today
        assert "Design review with Kyoto" in today
        assert (await client.get("/meetings")).status == 503


async def test_static_files(client: TestClient) -> None:
    first = await client.get("/static/app/app.css")
    again = await client.get(
        "/static/app/app.css", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (first.status, again.status) == (200, 304)
    for path in ("/static/app/none.css", "/static/app/..%2f..%2frobots.py", "/static/live/app"):
        assert (await client.get(path)).status == 404
