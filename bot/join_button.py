"""Which button joins: judged by the words that people see, then by the label.

A button that would take the call away from another device is never pressed.
"""

from collections.abc import Sequence

from bot.buttons import Button
from bot.locales.pack import LocalePack


def _joins(button: Button, texts: Sequence[str]) -> bool:
    """A label may say something else than the words, which people trust."""
    return button.shows(texts) or (not button.text.strip() and button.labelled(texts))


def _steals(button: Button, pack: LocalePack) -> bool:
    return button.shows(pack.never_join) or button.labelled(pack.never_join)


def may_press(button: Button, rivals: int, pack: LocalePack) -> bool:
    """Whether a button that structure calls the join button is one.

    `rivals` counts the buttons that are built like it, itself included: where its words are
    unknown, it may be the one for another device, unless nothing else could join.
    """
    if _steals(button, pack):
        return False
    return _joins(button, pack.join) or rivals <= 1


def chosen(buttons: Sequence[Button], pack: LocalePack) -> int | None:
    """The number of the button whose words join, best words first; None where none does."""
    for text in pack.join:
        for number, button in enumerate(buttons):
            if button.enabled and _joins(button, (text,)) and not _steals(button, pack):
                return number
    return None
