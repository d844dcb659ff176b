"""Links that cannot be forged, limits that let go again, and where a request comes from."""

from datetime import UTC, datetime, timedelta

import pytest
from aiohttp.test_utils import make_mocked_request
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import UsageError
from storage.account_memory import memory_access_stores
from web.auth.agents import browser_name
from web.auth.forms import local
from web.auth.limits import Backoff, Rate
from web.auth.passes import Passes, PassState
from web.auth.passwords import checked_password
from web.auth.rules import AuthRules
from web.auth.served import CHEAP
from web.auth.site import Site

NOON = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ids = st.one_of(st.uuids().map(lambda u: u.hex), st.text(min_size=1, max_size=60))


def passes(key: bytes = b"k" * 32) -> Passes:
    return Passes(key, memory_access_stores().passes, now=lambda: NOON)


@given(ids, st.integers(0, 2**32 - 1), st.integers(1, 65535))
def test_a_link_says_what_was_signed(meeting_id: str, expires: int, number: int) -> None:
    at = datetime.fromtimestamp(expires, UTC)
    found = passes().open_pass(passes().sign_pass(meeting_id, at, number))
    assert found is not None
    assert (found.meeting_id, found.expires_at, found.number) == (meeting_id, at, number)


@given(ids, st.data())
@settings(max_examples=200)
def test_a_changed_link_opens_nothing(meeting_id: str, data: st.DataObject) -> None:
    token = passes().sign_pass(meeting_id, LATER)
    place = data.draw(st.integers(0, len(token) - 1))
    char = data.draw(st.sampled_from("ABCxyz019-_.~é"))
    changed = token[:place] + char + token[place + 1 :]
    found = passes().open_pass(changed)
    # The last letter has bits that stand for nothing.
    assert found is None or found == passes().open_pass(token)
    assert passes(b"o" * 32).open_pass(token) is None


@given(st.text(max_size=600))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert passes().open_pass(text) is None


async def test_a_link_is_short_and_ends() -> None:
    signer = passes()
    token = await signer.sign("4f2d8c1e9b7a46d3a5c0e1f2d3b4a596", LATER)
    assert len(token) <= 52
    assert (await signer.read(token)).state is PassState.GOOD
    assert (await signer.read(signer.sign_pass("m", NOON))).state is PassState.EXPIRED
    assert (await signer.read("nothing")).state is PassState.FORGED
    await signer.revoke("4f2d8c1e9b7a46d3a5c0e1f2d3b4a596")
    assert (await signer.read(token)).state is PassState.REVOKED
    again = await signer.sign("4f2d8c1e9b7a46d3a5c0e1f2d3b4a596", LATER)
    assert (await signer.read(again)).state is PassState.GOOD
    with pytest.raises(ValueError, match="fit"):
        signer.sign_pass("x" * 400, LATER)


class Seconds:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_rate_lets_go_again() -> None:
    clock = Seconds()
    rate = Rate(60, burst=2, clock=clock)
    assert [rate.wait_s("a") for _ in range(3)] == [0, 0, 1]
    assert rate.wait_s("b") == 0
    clock.now = 1.0
    assert [rate.wait_s("a"), rate.wait_s("a")] == [0, 1]


def test_failures_double_the_wait_up_to_a_longest() -> None:
    clock = Seconds()
    backoff = Backoff(3, 10, clock)
    waits = []
    for _ in range(8):
        backoff.failed("a")
        waits.append(backoff.wait_s("a"))
    assert waits == [0, 0, 1, 2, 4, 8, 10, 10]
    clock.now = 9.0
    assert backoff.wait_s("a") == 1
    backoff.undo("a")
    assert backoff.wait_s("a") == 0
    clock.now = 100.0
    backoff.failed("a")
    assert backoff.wait_s("a") == 0, "long forgotten"
    backoff.succeeded("a")
    assert backoff.wait_s("unknown") == 0


def site(url: str = "", *proxies: str) -> Site:
    return Site(AuthRules(public_url=url, proxies=proxies))


def asked(headers: dict[str, str], remote: str = "10.0.0.1") -> object:
    request = make_mocked_request("POST", "/", headers={"Host": "box:8470", **headers})
    return request.clone(remote=remote)


@pytest.mark.parametrize(
    ("origin", "url", "own"),
    [
        ("http://box:8470", "", True),
        ("https://box:8470", "", False),
        ("http://box:8471", "", False),
        ("null", "", False),
        ("", "", False),
        ("https://captions.example.org", "https://captions.example.org/", True),
        ("http://captions.example.org", "https://captions.example.org", False),
        ("http://box:8470", "https://captions.example.org", False),
        ("http://box:8470.evil.example", "", False),
    ],
)
def test_only_our_own_pages_are_our_own(origin: str, url: str, own: bool) -> None:
    assert site(url).own_origin(asked({"Origin": origin} if origin else {})) is own  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("remote", "forwarded", "found"),
    [
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
    ],
)
def test_only_a_known_proxy_is_believed(remote: str, forwarded: str, found: str) -> None:
    request = asked({"X-Forwarded-For": forwarded, "X-Forwarded-Proto": "https"}, remote)
    behind = site("", "10.0.0.0/24")
    assert behind.address(request) == found  # type: ignore[arg-type]
    assert behind.secure(request) is (remote == "10.0.0.1")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "password", ["short", "aaaaaaaaaaaa", "Password12345", "Ana Ruiz 1", "x" * 300]
)
def test_passwords_that_are_easy_to_guess_are_refused(password: str) -> None:
    with pytest.raises(UsageError):
        checked_password(password, password, "Ana Ruiz 1")


def test_a_mistyped_password_is_refused() -> None:
    with pytest.raises(UsageError, match="not the same"):
        checked_password("a pass phrase", "a pass phrasf", "Ana")
    assert CHEAP.verify(CHEAP.hash("a"), "a")


@given(st.text(max_size=40))
def test_only_local_paths_are_followed(text: str) -> None:
    path = local(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path in (text, "/")


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/140 Safari/537",
            "Chrome on Linux",
        ),
        ("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko Firefox/140.0", "Firefox on Windows"),
        ("<script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_browsers_have_names(agent: str, name: str) -> None:
    assert browser_name(agent) == name
