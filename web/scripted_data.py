"""A believable office: what the scripted desks tell of. For tests, screenshots and trying out."""

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.calendars import CalendarEvent, Decision, PlannedMeeting, Rule
from domain.captions import Translation, TranslationState
from domain.desks import Finding, GlossaryTerm, SettingValue
from domain.engines import Health
from domain.meetings import Meeting, MeetingState, Reason, StateChange
from domain.people import Participant
from domain.serving import MeetingEntry, Notes, Point
from domain.speakers import Voiceprint
from domain.speech import OtherWords, SoundQuality, Word
from domain.transcripts import Segment

NOW = datetime(2026, 3, 4, 9, 42, tzinfo=UTC)
"""The moment that everything is told from."""
LIVE, OVER, FAILED, QUEUED = "live-7d1f", "over-52c4", "fail-90ab", "wait-3e77"

PEOPLE = (
    Participant("p1", "Ana Ruiz"),
    Participant("p2", "Ben Carter"),
    Participant("p3", "Camille Laurent", joined_s=22.0),
    Participant("p4", "森田 葵", joined_s=40.0),
)
_NAMES = {person.id: person.name for person in PEOPLE}

TALK: tuple[tuple[str, str, float, str, str, str], ...] = (
    ("p1", "en", 4.0, "Good morning, everybody. Shall we begin with the budget?",
     "Buenos días a todos. ¿Empezamos con el presupuesto?",
     "Bonjour à tous. On commence par le budget ?"),
    ("p2", "en", 9.5, "Yes. The budget for the second quarter is approved.",
     "Sí. El presupuesto del segundo trimestre está aprobado.",
     "Oui. Le budget du deuxième trimestre est approuvé."),
    ("p2", "en", 14.2, "It is four percent higher than last year, mostly because of travel.",
     "Es un cuatro por ciento más alto que el año pasado, sobre todo por los viajes.", ""),
    ("p3", "fr", 24.8, "Très bien, alors nous pouvons commencer les travaux lundi.",
     "Muy bien, entonces podemos empezar las obras el lunes.", ""),
    ("p1", "en", 31.0, "Great. Camille, who takes care of the venue in Lyon?",
     "Genial. Camille, ¿quién se encarga del local en Lyon?",
     "Parfait. Camille, qui s’occupe de la salle à Lyon ?"),
    ("p3", "fr", 36.4, "Moi. La salle est réservée pour la semaine du 16 mars.",
     "Yo. La sala está reservada para la semana del 16 de marzo.", ""),
    ("p4", "ja", 44.0, "京都のチームからは三人が参加します。",
     "Del equipo de Kioto participan tres personas.",
     "Trois personnes de l’équipe de Kyoto participent."),
    ("p2", "en", 52.6, "Then I will book the flights by Friday and send everyone the times.",
     "Entonces reservaré los vuelos antes del viernes y enviaré los horarios a todos.",
     "Alors je réserve les vols d’ici vendredi et j’envoie les horaires à tous."),
    ("p1", "en", 141.0, "Next point: the contract with the printing house.",
     "Siguiente punto: el contrato con la imprenta.",
     "Point suivant : le contrat avec l’imprimerie."),
    ("p2", "en", 146.3, "They ask for two more weeks. I would rather look for a second offer.",
     "Piden dos semanas más. Yo preferiría buscar una segunda oferta.",
     "Ils demandent deux semaines de plus. Je préférerais une deuxième offre."),
    ("p3", "fr", 153.9, "D’accord. Je connais une imprimerie à Villeurbanne, je l’appelle demain.",
     "De acuerdo. Conozco una imprenta en Villeurbanne, la llamo mañana.", ""),
    ("p1", "en", 161.2, "Perfect. That is all from my side, thank you all.",
     "Perfecto. Eso es todo por mi parte, gracias a todos.",
     "Parfait. C’est tout pour moi, merci à tous."),
)  # fmt: skip


def words(text: str, start_s: float) -> tuple[Word, ...]:
    """A text's words, three a second."""
    parts = text.split()
    return tuple(Word(part, start_s + i / 3, start_s + i / 3 + 0.3) for i, part in enumerate(parts))


def translations(number: int) -> tuple[Translation, ...]:
    """What a line of TALK was translated into; one of them failed."""
    _, language, start_s, _, spanish, french = TALK[number]
    made = [Translation("es", spanish, TranslationState.FINAL, "apertium", stamp_s=start_s + 2)]
    if french:
        made.append(Translation("fr", french, TranslationState.FINAL, "apertium"))
    elif language != "fr":
        away = "The engine did not answer."
        made.append(Translation("fr", "", TranslationState.FAILED, error=away))
    return tuple(made)


def segments(meeting_id: str, version: str = "live") -> list[Segment]:
    """The transcript of TALK, with one noisy line and one that a second engine heard otherwise."""
    made = []
    for number, (who, language, start_s, text, _, _) in enumerate(TALK):
        heard = words(text, start_s)
        noisy = SoundQuality(0.02, 0.4, 6.0, 0.0) if number == 2 else None
        other = OtherWords("meet-captions", "They ask for two more weeks I'd rather look for a "
                           "second author.", 0.81) if number == 9 else None  # fmt: skip
        made.append(
            Segment(
                id=f"s{number:02}", meeting_id=meeting_id, participant_id=who, speaker=_NAMES[who],
                language=language, start_s=start_s, end_s=start_s + max(1.0, len(heard) / 3),
                text=text, confidence=0.62 if noisy else 0.94, engine="faster-whisper",
                words=heard, translations=translations(number), sound=noisy, other=other,
                doubt=0.55 if number == 7 else 0.0, version=version,
            )
        )  # fmt: skip
    return made


def notes(meeting_id: str) -> Notes:
    """What that meeting came to."""
    return Notes(
        meeting_id, "en", "extractive",
        summary=(
            Point("The budget for the second quarter is approved, four percent above last year.",
                  9.5, ("s01", "s02")),
            Point("The kitchen work begins on Monday; the room in Lyon is booked for the week of "
                  "16 March.", 24.8, ("s03", "s05")),
        ),
        decisions=(Point("A second offer for the printing is asked for.", 146.3, ("s09",)),),
        actions=(
            Point("Book the flights and send everyone the times.", 52.6, ("s07",), "Ben Carter",
                  "Friday"),
            Point("Call the printing house in Villeurbanne.", 153.9, ("s10",), "Camille Laurent",
                  "tomorrow"),
        ),
        made_at=NOW - timedelta(hours=17), extractive=True,
    )  # fmt: skip


def _meeting(
    identity: str, state: MeetingState, reason: Reason, began: timedelta, minutes: int
) -> Meeting:
    start = NOW - began
    live = state is MeetingState.IN_MEETING
    been = live or state is MeetingState.ENDED
    steps = [(MeetingState.STARTING, Reason.LAUNCHED, -30), (MeetingState.JOINING,
             Reason.BROWSER_READY, -24), (MeetingState.LOBBY, Reason.KNOCKED, -15)]  # fmt: skip
    if been:
        steps.append((MeetingState.IN_MEETING, Reason.ADMITTED, 0))
    if not live:
        steps.append((state, reason, minutes * 60))
    if state is MeetingState.QUEUED:
        steps = [(MeetingState.QUEUED, Reason.ASKED, 0)]
    letters = "abcdefghijkmnpqrstuvwxyz"
    code = "".join(letters[(sum(identity.encode()) * (i + 3) + i * i) % 24] for i in range(10))
    code = f"{code[:3]}-{code[3:7]}-{code[7:]}"
    over = state in (MeetingState.ENDED, MeetingState.FAILED)
    return Meeting(
        id=identity, link=f"https://meet.google.com/{code}", code=code, name="Dragoman",
        languages=("es", "fr"), state=state, created_at=start - timedelta(seconds=40),
        began_at=start if been else None,
        ended_at=start + timedelta(minutes=minutes) if over else None, reason=reason,
        changes=tuple(StateChange(s, r, start + timedelta(seconds=at)) for s, r, at in steps),
    )  # fmt: skip


def meetings() -> list[MeetingEntry]:
    """All meetings, newest first."""
    ended, done = MeetingState.ENDED, Reason.HOST_ENDED
    spoke = tuple(person.name for person in PEOPLE)
    past = [
        MeetingEntry(_meeting(OVER, ended, done, timedelta(hours=18), 43), "Weekly planning",
                     spoke),
        MeetingEntry(_meeting("over-81d0", ended, Reason.ALONE, timedelta(hours=21), 28),
                     "Customer interview: Kyoto", spoke[:2]),
        MeetingEntry(_meeting(FAILED, MeetingState.FAILED, Reason.LOBBY_TIMEOUT,
                              timedelta(days=1, hours=2), 10), "Atelier Lyon"),
        MeetingEntry(_meeting("over-6a2b", ended, done, timedelta(days=2), 61),
                     "Quarterly review", spoke),
    ]  # fmt: skip
    past += [
        MeetingEntry(_meeting(f"over-{number:04}", ended, done, timedelta(days=number), 30),
                     f"Stand-up {number}", spoke[: 1 + number % 4])
        for number in range(3, 40)
    ]  # fmt: skip
    running = _meeting(LIVE, MeetingState.IN_MEETING, Reason.ADMITTED, timedelta(minutes=12), 0)
    waiting = _meeting(QUEUED, MeetingState.QUEUED, Reason.ASKED, timedelta(minutes=1), 0)
    return [
        MeetingEntry(waiting, "Onboarding", place=2),
        MeetingEntry(running, "Product council", spoke),
        *past,
    ]


def _event(uid: str, title: str, minutes: int, length: int, **given: Any) -> CalendarEvent:
    start = NOW.replace(minute=0) + timedelta(minutes=minutes)
    values: dict[str, Any] = {
        "calendar_id": "work",
        "link": "https://meet.google.com/abc-defg-hij",
        "organiser": "ana@atelier.example",
        "attendees": ("Ana Ruiz", "Ben Carter"),
    }
    return CalendarEvent(
        uid=uid, occurrence="", title=title, start=start,
        end=start + timedelta(minutes=length), **{**values, **given},
    )  # fmt: skip


def planned() -> list[PlannedMeeting]:
    """What is to come, today and tomorrow."""
    join, skip, open_ = Decision.JOIN, Decision.SKIP, Decision.UNDECIDED
    return [
        PlannedMeeting(_event("e0", "Stand-up", -15, 15), join, "rule “Team”",
                       missed="The bot limit was reached and the meeting ended before its turn."),
        PlannedMeeting(_event("e1", "Product council", 30, 60), join, "rule “Team”", LIVE),
        PlannedMeeting(_event("e2", "Design review with Kyoto", 60, 45, calendar_id="home",
                              attendees=("森田 葵", "Ana Ruiz")), join, "Ana"),
        PlannedMeeting(_event("e3", "1:1 Ana and Ben", 180, 30), skip, "rule “No one-to-ones”"),
        PlannedMeeting(_event("e4", "Supplier call: printing house", 300, 30,
                              organiser="bureau@imprimerie.example"), open_, "no rule fits"),
        PlannedMeeting(_event("e5", "Lunch", 185, 60, link=""), skip, "it has no Meet link"),
        PlannedMeeting(_event("e6", "All hands", 1500, 60), join, "rule “Team”"),
    ]  # fmt: skip


RULES = (
    Rule("No one-to-ones", Decision.SKIP, title="1:1*"),
    Rule("Team", Decision.JOIN, organiser="*@atelier.example", languages=("es", "fr"),
         deliver_to=("team@atelier.example",)),
)  # fmt: skip

CALENDARS: tuple[dict[str, object], ...] = (
    {"id": "work", "kind": "google", "title": "Atelier", "address": "ana@atelier.example",
     "state": "ok", "synced_at": NOW - timedelta(minutes=3), "error": ""},
    {"id": "home", "kind": "caldav", "title": "Kyoto office", "address": "dav.kyoto.example/team",
     "state": "failed", "synced_at": NOW - timedelta(hours=5),
     "error": "The server refused the password. Enter it again."},
)  # fmt: skip

TERMS = (
    GlossaryTerm("Atelier Nord"),
    GlossaryTerm("printing house", (("es", "imprenta"), ("fr", "imprimerie"))),
    GlossaryTerm("SLA", (("es", "ANS"),), exact=True),
)

VOICES = (
    Voiceprint("v1", "Ana Ruiz", "ecapa", (1.0,), 42.0, "Ana, by mail", NOW - timedelta(days=20)),
    Voiceprint("v2", "Ben Carter", "ecapa", (1.0,), 31.5, "Ben, on this page",
               NOW - timedelta(days=6)),
)  # fmt: skip

SETTINGS = (
    SettingValue("camera.theme", "dark", "The picture's colours.", True,
                 ("dark", "light", "high-contrast"), "default"),
    SettingValue("camera.large", "no", "Large type in the picture.", True, ("yes", "no"),
                 "default"),
    SettingValue("translation.languages", "es, fr", "Target languages of new meetings.", True, (),
                 "settings file"),
    SettingValue("server.bots", "4", "Bots at the same time; more wait in a queue.", True, (),
                 "default"),
    SettingValue("server.port", "8080", "Where the server listens.", origin="environment"),
    SettingValue("files.data", "/var/lib/dragoman", "Where everything is kept.",
                 origin="settings file"),
)  # fmt: skip

FINDINGS = (
    Finding("browser", Health(True, "Chromium 149")),
    Finding("private display", Health(True, "Xvfb"), essential=False),
    Finding("recogniser pocketsphinx", Health(True, "English, model in the package")),
    Finding("translator opus", Health(False, "no model for en → fr",
            "Run: dragoman models fetch opus en-fr"), essential=False),
    Finding("disk", Health(False, "0.4 GB free in the data folder",
            "Make room: 2 GB at least, or move the data folder.")),
)  # fmt: skip
