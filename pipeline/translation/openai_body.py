"""The body of a request, and what a server has shown it does not take."""

from collections.abc import Collection
from typing import Any

from domain.ports import TranslationRequest
from pipeline.translation.prompts import messages

CONTINUES = "continue_final_message"
_VLLM_ONLY = frozenset({CONTINUES, "priority"})


class Bodies:
    """Makes bodies for one model and learns from refusals, once for each field."""

    def __init__(self) -> None:
        self.vllm = False
        """Whether the server is vLLM, which takes fields of its own."""
        self.many_lines = False
        """Whether the model begins with other lines, so that the answer must not end at one."""
        self._refused: set[str] = set()

    def make(self, model: str, request: TranslationRequest) -> dict[str, Any]:
        """The body, with every optional field that the server may take."""
        extras = self._extras(request)
        chat = messages(request, model)
        if CONTINUES in extras:
            chat = [*chat, {"role": "assistant", "content": request.shown}]
        body: dict[str, Any] = {
            "model": model,
            "messages": chat,
            "temperature": 0,
            "max_tokens": min(1500, 40 + 2 * len(request.text)),
        }
        if self.many_lines:
            body["max_tokens"] += 1500
        else:
            body["stop"] = ["\n"]
        return {**body, **extras}

    def continues(self, body: dict[str, Any]) -> bool:
        """Whether the answer goes on from what is shown."""
        return CONTINUES in body

    def optional(self, body: dict[str, Any]) -> set[str]:
        """The fields of a body that could be left out."""
        return set(body) & {"priority", "logprobs", "chat_template_kwargs", CONTINUES}

    def refuse(self, sent: Collection[str], told: str) -> set[str]:
        """Leaves out from now on what the server names, or all that was optional."""
        named = {name for name in sent if name in told.casefold()}
        if CONTINUES in sent and "add_generation_prompt" in told:
            named.add(CONTINUES)
        dropped = named or set(sent)
        self._refused |= dropped
        return dropped if not named else set()

    def restore(self, names: Collection[str]) -> None:
        """Takes back a refusal that was only a guess."""
        self._refused -= set(names)

    def _extras(self, request: TranslationRequest) -> dict[str, Any]:
        extras: dict[str, Any] = {
            # Asks the chat template not to think aloud.
            "chat_template_kwargs": {"enable_thinking": False},
            # vLLM takes finals first, where it runs with --scheduling-policy priority.
            "priority": 10 if request.draft else 0,
        }
        if not request.draft:
            extras["logprobs"] = True
        if request.draft and request.shown:
            extras[CONTINUES] = True
        extras = {
            name: value
            for name, value in extras.items()
            if name not in self._refused and (self.vllm or name not in _VLLM_ONLY)
        }
        if CONTINUES in extras:
            extras["add_generation_prompt"] = False
        return extras
