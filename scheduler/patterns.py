"""Patterns with * and ?, matched in linear space and without regular expressions."""


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text fits, upper and lower case alike; an empty pattern fits all."""
    if not pattern:
        return True
    pattern, text = pattern.casefold(), text.casefold()
    at = p = 0
    star, resume = -1, 0
    while at < len(text):
        if p < len(pattern) and pattern[p] == "*":
            star, resume = p, at
            p += 1
        elif p < len(pattern) and pattern[p] in ("?", text[at]):
            p, at = p + 1, at + 1
        elif star >= 0:
            resume += 1
            p, at = star + 1, resume
        else:
            return False
    return not pattern[p:].strip("*")
