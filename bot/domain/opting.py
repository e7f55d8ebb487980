"""Leaving and coming back by one word, which acts before the dialogue."""

from enum import StrEnum

from bot.domain.typed_text import fold


class OptWord(StrEnum):
    """What the word asks for."""

    STOP = "stop"
    START = "start"
    HELP = "help"


STOP_WORDS = frozenset(
    [
        "alto",
        "baja",
        "cancelar",
        "stop",
        "stopall",
        "unsubscribe",
        "end",
        "quit",
        "revoke",
        "optout",
        "cancel",
        "desuscribir",
        "darmedebaja",
        "parar",
        "terminar",
        "salir",
    ]
)
"""Twilio's default keywords for English, and the Spanish words that people and carriers use."""

START_WORDS = frozenset(["alta", "start", "unstop", "reanudar", "iniciar"])
"""`yes` and `sí` are left out on purpose: they answer questions."""

_PHRASES = {
    "dar de baja": OptWord.STOP,
    "darme de baja": OptWord.STOP,
    "stop all": OptWord.STOP,
    "opt out": OptWord.STOP,
    "dar de alta": OptWord.START,
    "darme de alta": OptWord.START,
}

_BY_PROVIDER = {"STOP": OptWord.STOP, "START": OptWord.START, "HELP": OptWord.HELP}


def opt_word(text: str, provider_type: str | None = None) -> OptWord | None:
    """Return what a message asks for, None for anything but the single word (or the provider's word).

    The word may carry punctuation or quotes; inside a sentence it means something else.
    """
    if provider_type:
        return _BY_PROVIDER.get(provider_type.upper())
    said = fold(text)
    if said in STOP_WORDS:
        return OptWord.STOP
    if said in START_WORDS:
        return OptWord.START
    return _PHRASES.get(said)
