"""English words that the restoration of case and punctuation knows."""

_CAPITAL = (
    "monday tuesday wednesday thursday friday saturday sunday january february april june july "
    "august september october november december english spanish french german italian portuguese "
    "dutch polish russian ukrainian chinese japanese korean arabic turkish hindi swedish danish "
    "norwegian finnish greek hebrew catalan american british european canadian australian mexican "
    "brazilian indian african asian england britain scotland ireland wales spain france germany "
    "italy portugal netherlands belgium switzerland austria poland russia ukraine sweden denmark "
    "norway finland greece japan korea india canada mexico brazil argentina australia america "
    "europe africa asia london paris berlin madrid barcelona lisbon rome milan vienna zurich "
    "warsaw kyiv amsterdam brussels dublin tokyo beijing boston chicago google microsoft amazon "
    "linux windows python excel christmas easter"
)
_ACRONYMS = (
    "api cpu gpu usb url html css sql json xml pdf http https usa uk ceo cto cfo vat faq gdpr nasa"
)
PROPER: dict[str, str] = {word: word.title() for word in _CAPITAL.split()} | {
    word: word.upper() for word in _ACRONYMS.split()
}

COMMON = frozenset(
    "will may mark rose grace bill hope art joy faith dawn june april august summer autumn jack "
    "rob pat sue gene dean earl chance cliff drew frank grant guy jean jimmy lance max miles nick "
    "norm pearl penny ray rich rusty sandy sky stone sunny ted van ward wade young king cook baker "
    "hill wood woods field brown black white green gray grey day day's long short strong best bush "
    "price rice read reed page park lake rivers banks bell ball case cash church cross english do "
    "an in so to my be he me we can ken don love may song sun fox wolf bird fish lamb moon star "
    "room meeting office phone iphone guest team the conference bot notes user host admin desk "
    "support sales test demo laptop computer tablet pc mobile main small big new old first second "
    "one two three and or of for from with by at on is it as no yes captions live zoom meet mac "
    "smith cooper carpenter taylor mason hunter fisher miller potter turner walker porter page "
    "major minor good little noble swift".split()
)
"""Words of names that are everyday words too: they need their neighbour to be a name."""

BEFORE_MONTH = frozenset("in of last next this since until by early late mid".split())
OPENERS = frozenset("so and but okay ok well now then yes yeah no hi hello hey sorry".split())
ALONE_ASKS = frozenset("why really what who where when".split())
ASKERS = frozenset("what who whom whose where when why how which".split())
AUXILIARIES = frozenset(
    "is are am was were do does did can could will would shall should may might has have had "
    "isn't aren't don't doesn't didn't can't couldn't won't wouldn't shouldn't haven't".split()
)
HOW = frozenset(
    ("how", word) for word in "many much long often far old big fast soon about come".split()
)
ANY_SUBJECT = frozenset(
    "you we i they he she it this that there these those the anyone anybody everyone everybody "
    "someone somebody anything something everything nothing any all both my your our their his her "
    "today tomorrow".split()
)
ASKED_ABOUT = frozenset("what which whose whom when where".split())
BEFORE_ASKERS = frozenset("at in on for from by to about with since until of".split())
SHORT_QUESTIONS = frozenset(
    {
        *(("what", word) for word in ("about", "if", "else", "for")),
        *(("how", word) for word in ("about", "come")),
        *(("why", word) for word in ("not",)),
        *(("any", word) for word in ("questions", "comments", "objections", "ideas", "news")),
        *(("anything", "else"), ("anyone", "else"), ("anybody", "else")),
    }
)
BE = frozenset("is are was were".split())
REMARKS = frozenset(
    "why what how not a an the fine good great okay ok nice bad sad true because really very also "
    "exactly probably something".split()
)
"""After which is: it goes on from what was said."""
TAG_SUBJECTS = frozenset("it you we they he she i there".split())
_PERSONS = frozenset("you we i they".split())
SUBJECTS: dict[str, frozenset[str]] = {
    "do": _PERSONS,
    "have": _PERSONS,
    "had": _PERSONS,
    "don't": _PERSONS,
    "may": _PERSONS,
}
COMMA_AFTER = frozenset("yes yeah okay ok well however actually anyway no".split())
PRONOUNS = frozenset(
    "i we you they he she it that this there let's i'm i'll i've we're we'll we've it's that's "
    "there's you're they're".split()
)
