"""Writes docs/settings.md from the settings themselves."""

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from dragoman.settings import PREFIX, Settings

_HEAD = """# Settings

Dragoman reads `dragoman.toml` in the working folder, else
`~/.config/dragoman/dragoman.toml`, else the file given by `--config`; then the environment;
then the command line. Each later source wins. A wrong setting is named at the start.

```toml
data = "/srv/dragoman"

[bot]
name = "Dragoman"

[translation]
targets = ["es", "fr"]
openai_url = "http://127.0.0.1:8000/v1"
openai_model = "tencent/Hy-MT2-1.8B"
```

In the environment a setting is written `{prefix}GROUP__NAME`, for example
`{prefix}BOT__NAME=Captions`; lists are separated by commas. `{prefix}SECRETS` names a folder of
files that hold one setting each and are named after it, such as `models__token`: so containers and
systemd hand secrets over.

| setting | default | meaning |
|---|---|---|
"""


def settings_page() -> str:
    """The whole page as Markdown."""
    rows = [row for name in Settings.model_fields for row in _rows(name)]
    return _HEAD.replace("{prefix}", PREFIX) + "\n".join(rows) + "\n"


def _rows(name: str) -> list[str]:
    field = Settings.model_fields[name]
    group = field.annotation
    if isinstance(group, type) and issubclass(group, BaseModel):
        return [
            _row(f"{name}.{key}", inner.default, inner.description or "")
            for key, inner in group.model_fields.items()
        ]
    return [_row(name, field.default, field.description or "")]


def _row(name: str, default: object, meaning: str) -> str:
    shown = "" if default in (None, PydanticUndefined, "", ()) else str(default)
    if isinstance(default, tuple):
        shown = ", ".join(default)
    if "SecretStr" in type(default).__name__:
        shown = ""
    return f"| `{name}` | {shown} | {meaning} |"


if __name__ == "__main__":
    import sys

    sys.stdout.write(settings_page())
