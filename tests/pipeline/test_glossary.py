from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UsageError
from pipeline.glossary import MAX_TERMS, Found, Glossary, Term

TABLE = """term,es,fr,case
Dragoman,,,
budget,presupuesto,budget prévisionnel,
budget line,partida,,
IT,,,
sprint,sprint,,yes
"""


@pytest.fixture
def glossary() -> Glossary:
    return Glossary.from_csv(TABLE)


def test_a_table_gives_terms_with_and_without_translations(glossary: Glossary) -> None:
    assert glossary.entries[1] == Term(
        "budget", (("es", "presupuesto"), ("fr", "budget prévisionnel"))
    )
    assert glossary.entries[0] == Term("Dragoman")
    assert glossary.entries[4].exact
    assert glossary.terms == ("Dragoman", "budget", "budget line", "IT", "sprint")


@pytest.mark.parametrize(
    ("text", "target", "terms", "wording"),
    [
        ("The budget of Dragoman.", "es", ("Dragoman",), (("budget", "presupuesto"),)),
        ("The budget of dragoman.", "de", ("dragoman", "budget"), ()),
        ("This budget line is new", "es", (), (("budget line", "partida"),)),
        (
            "Budgets and the budget line", "es", (),
            (("Budgets", "presupuesto"), ("budget line", "partida")),
        ),
        ("Dragoman's budget", "es", ("Dragoman",), (("budget", "presupuesto"),)),
        ("It is in IT", "es", ("IT",), ()),
        ("budgetary dragomans", "es", ("dragomans",), ()),
        ("a Sprint or a sprint", "fr", ("sprint",), ()),
        ("", "es", (), ()),
    ],
)  # fmt: skip
def test_what_stands_in_a_sentence(
    glossary: Glossary,
    text: str,
    target: str,
    terms: tuple[str, ...],
    wording: tuple[tuple[str, str], ...],
) -> None:
    assert glossary.find(text, "en", target) == Found(terms, wording)


def test_scripts_without_spaces_and_clinging_particles() -> None:
    glossary = Glossary.from_csv("term,ja,ko,en\n予算,,,budget\nDragoman,,,\n드라고만,,,Dragoman\n")
    assert glossary.find("今年の予算です。", "ja", "en").wording == (("予算", "budget"),)
    assert glossary.find("これはDragomanです", "ja", "en").terms == ("Dragoman",)
    assert glossary.find("드라고만은 좋다", "ko", "en").wording == (("드라고만", "Dragoman"),)


def test_a_table_of_two_languages_works_both_ways() -> None:
    glossary = Glossary.from_csv("en;es\nbudget;presupuesto\n")
    assert glossary.find("El presupuesto", "es", "en").wording == (("presupuesto", "budget"),)
    assert glossary.find("The budget", "en", "es").wording == (("budget", "presupuesto"),)
    assert glossary.find("El presupuesto", "es", "de") == Found()


def test_what_is_missing_in_a_translation() -> None:
    found = Found(("Dragoman",), (("budget", "presupuesto"),))
    assert found.missing("Los presupuestos de Dragoman.") == ()
    assert found.missing("El gasto de Dragomania.") == ("presupuesto",)
    assert found.missing("") == ("Dragoman", "presupuesto")


def test_names_are_kept_as_they_are_written_and_do_not_change_the_rest(glossary: Glossary) -> None:
    named = glossary.with_names(["Mark Budget", "Dragoman"])
    assert named.find("mark says", "en", "es") == Found()
    assert named.find("Mark Budget says", "en", "es").terms == ("Mark Budget",)
    assert len(named.entries) == len(glossary.entries) + 1


def test_the_version_changes_with_any_entry(glossary: Glossary) -> None:
    other = Glossary.from_csv(TABLE.replace("partida", "línea"))
    again = Glossary.from_csv(TABLE)
    assert glossary.version == again.version != other.version


def test_encodings_and_separators_of_spreadsheets(tmp_path: Path) -> None:
    text = "term;es\nbudget;año\n"
    for encoded in (
        text.encode("utf-8-sig"),
        text.encode("utf-16"),
        text.replace(";", "\t").encode(),
    ):
        path = tmp_path / "terms.csv"
        path.write_bytes(encoded)
        assert Glossary.from_file(path).entries == (Term("budget", (("es", "año"),)),)
    assert Glossary.from_csv("one\n\ntwo\n").terms == ("one", "two")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("term,es\nbudget,=HYPERLINK(1)\n", "line 2: A cell holds a formula"),
        ("term,es\na,b\n+cmd|'/c calc'!A0,x\n", "line 3: A cell holds a formula"),
        ("term,es\nbudget,presupuesto,zuviel\n", "line 2: 3 cells, but 2 columns"),
        ("term,klingon\nbudget,x\n", "line 1: 'klingon' is no language"),
        ("term,es,es\nbudget,x,y\n", "line 1: A column stands there twice"),
        ("budget,presupuesto\n", "line 1: The columns have no names"),
        ("term,es\nbudget,uno\nbudget,dos\n", "line 3: 'budget' stands in line 2 too"),
        ('term,es\n"budget,x\n', "line 2: This is no CSV"),
        ("term,case\nbudget,perhaps\n", "line 2: 'perhaps' under case"),
        ('term,es\n"a\nb",x\n', "line 2: A cell holds a line break"),
        ("term,es\n" + "x" * 81 + ",y\n", "line 2: A cell is longer than 80"),
        (b"term,es\nok,a\n" + "señal,b\n".encode("cp1252"), "line 3: This is not UTF-8"),
        ("\n".join(f"term {n}" for n in range(100_000)), f"line {MAX_TERMS + 1}: More than"),
    ],
)  # fmt: skip
def test_a_bad_table_names_the_line(content: str | bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told.replace("(", r"\(")):
        Glossary.from_csv(content, "terms.csv")


def test_a_file_that_is_not_there_or_too_large_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        Glossary.from_file(tmp_path / "none.csv")
    large = tmp_path / "large.csv"
    large.write_bytes(b"x\n" * 2_000_001)
    with pytest.raises(UsageError, match="larger than 4 MB"):
        Glossary.from_file(large)


WORDS = st.sampled_from(["budget", "line", "Dragoman", "it", "IT", "予算", "s", ",", "'s", "ß"])


@given(st.lists(WORDS, max_size=12), st.sampled_from(["", " "]))
def test_what_is_found_stands_in_the_text(words: list[str], joiner: str) -> None:
    text = joiner.join(words)
    found = Glossary.from_csv(TABLE + "予算,,,\n").find(text, "en", "es")
    assert all(term in text for term in found.terms)
    assert all(term in text for term, _ in found.wording)
    assert found.missing(text + " presupuesto partida sprint") == ()
