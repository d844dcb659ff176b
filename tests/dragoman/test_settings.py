"""Settings from file, environment and command line."""

from pathlib import Path

import pytest

from domain.errors import MissingError, UsageError
from dragoman.settings import Settings, load_settings
from dragoman.settings_doc import settings_page
from dragoman.settings_file import write_settings

ROOT = Path(__file__).parents[2]


def test_later_sources_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "d.toml"
    file.write_text('[bot]\nname = "File"\nalone_s = 5\n[translation]\ntargets = ["de"]\n')
    monkeypatch.setenv("DRAGOMAN_BOT__NAME", "Environment")
    monkeypatch.setenv("DRAGOMAN_TRANSLATION__ENGINES", "apertium, openai")
    settings = load_settings(file, {"translation": {"targets": ("it", "fr")}})
    assert settings.bot.name == "Environment"
    assert settings.bot.alone_s == 5
    assert settings.translation.targets == ("it", "fr")
    assert settings.translation.engines == ("apertium", "openai")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[bot]\nnmae = "x"\n', "bot.nmae"),
        ("[bot]\nalone_s = -1\n", "bot.alone_s"),
        ('[translation]\ntargets = ["klingon"]\n', "klingon"),
        ("[bot\n", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "d.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=told):
        load_settings(file)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(MissingError, match="no settings file"):
        load_settings(tmp_path / "none.toml")


def test_secrets_do_not_show() -> None:
    settings = load_settings(None, {"translation": {"openai_key": "hunter2"}})
    assert "hunter2" not in repr(settings)


def test_every_setting_stands_in_the_docs() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for name, field in Settings.model_fields.items():
        group = field.annotation
        inner = getattr(group, "model_fields", None)
        for key in inner or [name]:
            assert f"`{name}.{key}`" in text if inner else f"`{name}`" in text, f"{name}.{key}"


def test_the_page_is_what_the_settings_say() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()


def test_a_bot_process_reads_the_same_settings_back(tmp_path: Path) -> None:
    settings = load_settings(
        None,
        {
            "data": tmp_path,
            "bot": {"name": 'A "quoted" näme', "headless": True},
            "translation": {"targets": ("es", "it"), "openai_key": "hunter2"},
        },
    )
    path = write_settings(settings, tmp_path / "bot.toml")
    assert load_settings(path) == settings
    assert path.stat().st_mode & 0o077 == 0


def test_secrets_come_from_files_named_after_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models__token").write_text("hf_secret\n")
    (tmp_path / "access__fetch_hosts").write_text("a.lan, b.lan")
    (tmp_path / "database_password").write_text("of somebody else")
    monkeypatch.setenv("DRAGOMAN_SECRETS", str(tmp_path))
    settings = load_settings(overrides={"data": tmp_path})
    assert settings.models.token.get_secret_value() == "hf_secret"
    assert settings.access.fetch_hosts == ("a.lan", "b.lan")
    monkeypatch.setenv("DRAGOMAN_MODELS__TOKEN", "hf_nearer")
    assert load_settings().models.token.get_secret_value() == "hf_nearer"
    (tmp_path / "models__tokne").write_text("x")
    with pytest.raises(UsageError, match="models.tokne"):
        load_settings()
