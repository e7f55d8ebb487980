"""How many SMS segments a text costs, and spelling that stays within the cheap alphabet."""

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM7_EXTENDED = frozenset("^{}\\[~]|€")
"""These cost two characters. Source: GSM 03.38, default alphabet and extension table."""

_FITTING = str.maketrans("áíóúÁÍÓÚàâêîôû“”‘’–—…\u00a0\u202f", "aiouAIOUàaeiou\"\"''--.  ")


def is_gsm7(text: str) -> bool:
    """Return whether a text fits the 7-bit alphabet."""
    return all(c in GSM7_BASIC or c in GSM7_EXTENDED for c in text)


def segments(text: str) -> int:
    """Return how many segments a text costs: 160/153 characters in GSM-7, 70/67 in UCS-2."""
    if is_gsm7(text):
        length = sum(2 if c in GSM7_EXTENDED else 1 for c in text)
        return _pieces(length, single=160, joined=153)
    return _pieces(len(text.encode("utf-16-be")) // 2, single=70, joined=67)


def fitting(text: str) -> str:
    """Drop the accents that GSM-7 lacks (á í ó ú; é and ñ stay) where that keeps the text in GSM-7.

    An accent costs more than half of a segment; people who write Spanish by SMS leave it out.
    """
    plain = text.replace("…", "...").translate(_FITTING)
    return plain if is_gsm7(plain) else text


def _pieces(length: int, single: int, joined: int) -> int:
    return 1 if length <= single else -(-length // joined)
