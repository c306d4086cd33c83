"""What a caption carries that is no words: odd characters, markup, labels' headings, confidences, addresses, stray marks.

Each function takes a text and returns it mended; a text with nothing to mend comes back equal.
"""

import html
import re
import unicodedata

from mkaudio.prompts.units import UNIT

_STRAIGHT = str.maketrans({
    **dict.fromkeys("‘’‚‛′ʼ´", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒−", "-"), "…": "...",
    "\u00ad": "", "\u2044": "/", "\u00a6": "|",
})  # fmt: skip
_COMPATIBILITY = re.compile("[\ufb00-\ufb06\uff01-\uff5e]")
_GONE = frozenset({"Cf", "Cs", "Co", "Cn"})
_NUMBER = r"(?:0?[.,]\d+|1[.,]0+|\d{1,3}(?:[.,]\d+)?\s*%)"
_SURE = r"(?:p|prob|probability|conf|confidence|certainty|likelihood|score)"
_END = r"(?=\s*(?:[,;.!?|)\]]*(?:\s|$)))"
_CONFIDENCES = tuple(re.compile(pattern, re.IGNORECASE) for pattern in (
    rf"\s*[(\[{{]\s*(?:{_SURE}\b)?\s*[:=]?\s*{_NUMBER}\s*(?:{_SURE}|sure|confident|likely)?\s*[)\]}}]",
    rf"\s*[,;:(\[-]*\s*\b(?:with\s+(?:an?\s+)?)?{_SURE}(?:\s+(?:score|level))?(?:\s+of|\s+is)?\s*[:=]?\s*{_NUMBER}[)\]]?",
    rf"\s*[,;:(\[-]*\s*\b(?:with\s+(?:an?\s+)?)?{_NUMBER}\s+(?:{_SURE}|sure|confident)\b(?:\s+(?:score|level))?[)\]]?",
    rf"(?<=\w)\s*[:=@]\s*{_NUMBER}(?![\w%]){_END}(?!\s*{UNIT})",
    rf"(?<=[^\W\d])\s+-?\s*{_NUMBER}{_END}(?!\s*{UNIT}|\s+of\b)",
    rf"^\s*{_NUMBER}\s*[:=,;-]\s*(?=[^\W\d])",
    rf"^\s*{_NUMBER}\s+(?=[^\W\d])(?!of\b|{UNIT})",
))  # fmt: skip
_HEADING = re.compile(
    r"^[\s\"'*\-#(]*(?:(?:the|an?|my|predicted|audio|sound|main|top|best|most likely|event|ground[- ]truth)\s+)*"
    r"(?:label|tag|class|categor(?:y|ie)|caption|title|prompt|description|answer|output|keyword|event|prediction)s?"
    r"(?:\s*(?:name|no\.?|number)?\s*\d*)\s*(?:\s(?:is|are)\s*(?:[:=]|(?=[\"']))|\s*[:=])[\s\"'*]*(?=\S)",
    re.IGNORECASE,
)
_CHATTER = re.compile(
    r"^(?:(?:sure|okay|ok|certainly|of course)[,!.]*\s+)?here(?:'s| is| are)\b[^:]{0,60}:\s*(?=\S)", re.IGNORECASE
)
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:https?:|www\.|/|\.)[^()\s]*\)")
_ADDRESS = re.compile(r"[(<\[]?(?:(?:https?|ftp)://|\bwww\.)\S*", re.IGNORECASE)
_EXTENSION = re.compile(
    r"(?<=[\w)])\.(?:wav|mp3|mp4|m4a|flac|ogg|oga|opus|aac|aiff?|webm|mkv|mov|avi|wma|txt|json|csv|pt|npy)\b(?!\.\w)",
    re.IGNORECASE,
)
_JUNK_IN_FRONT = re.compile(r"^(?:[\s,;:.!?/|&+>*~=)\]}-]+|#+(?!\w)|[•·◦‣▪]|\(?\d{1,2}[.)](?=\s))+\s*")
_JUNK_BEHIND = re.compile(
    r"(?:\s+#\w+)+[\s.]*$|(?:[\s_,#-]+0\d+|\s*\(\d+\)|\s*#\d+)[\s.]*$|"
    r"[\s,;:/|&+*~=<(\[{–—.#-]*[\s,;:/|&+*~=<(\[{–—#-][\s.]*$|\.{2,}$"
)


def mend_unicode(text: str) -> str:
    """Return composed Unicode: straight quotes, plain hyphens, no invisible characters, no pictures.

    Args:
        text: a caption.
    """
    if text.isascii():
        return text
    plain = _COMPATIBILITY.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text.translate(_STRAIGHT))
    plain = re.sub(r"\s*[–—―]\s*", lambda match: "-" if _within_digits(plain, match) else ", ", plain)
    kept = (one for one in plain if not (unicodedata.category(one) in _GONE or _is_picture(one)))
    return unicodedata.normalize("NFC", "".join(kept))


def _within_digits(text: str, match: re.Match[str]) -> bool:
    return text[: match.start()][-1:].isdigit() and text[match.end() :][:1].isdigit()


def _is_picture(one: str) -> bool:
    return (
        (one >= "\u2000" and unicodedata.category(one) in ("So", "Sk"))
        or "\ufe00" <= one <= "\ufe0f"
        or one == "\u20e3"
    )


def mend_spaces(text: str) -> str:
    r"""Return a text on one line: single spaces in place of control characters, "\n" in letters, and underscores.

    Args:
        text: a caption.
    """
    spaced = re.sub(r"\\[nrt]|(?<=\w)_+(?=\w)|__+", " ", text)
    return " ".join(
        "".join(" " if unicodedata.category(one) in ("Cc", "Zs", "Zl", "Zp") else one for one in spaced).split()
    )


def mend_markup(text: str) -> str:
    """Return a text without HTML, Markdown, and brackets or quotes that are around it or without their other half.

    Args:
        text: a caption.
    """
    text = html.unescape(text) if "&" in text else text
    text = _LINK.sub(r"\1", _TAG.sub(" ", text))
    text = re.sub(r"(?<!\w)[*_~]+(?=\w)|(?<=[\w.,!?])[*_~]+(?!\w)|`+|\*\*+|~~+", "", text)
    text = re.sub(r"[\[\]{}<>|\\^=]+", " ", text).strip()
    while len(text) > 1 and (text[0] + text[-1] in ('""', "''", "()") or re.fullmatch(r"[\"'(].*[\"')]\.", text)):
        inner = text[1:-1] if text[-1] != "." else text[1:-2]
        if any(mark in inner for mark in (text[0], {"(": ")"}.get(text[0], text[0]))):
            break
        text = inner.strip()
    text = re.sub(r"\(\s*\)|\"\s*\"", " ", text)
    if text.count("(") != text.count(")") or re.search(r"^[^(]*\)", text):
        text = re.sub("[()]", " ", text)
    text = text.replace('"', " ") if text.count('"') % 2 else text
    text = _lone_apostrophe(text)
    return " ".join(re.sub(r"(?<=\() +| +(?=\))", "", text).split())


def _lone_apostrophe(text: str) -> str:
    """Take out single quotes that open or close nothing; those in words, of plurals ("dogs' barking") and in pairs stay."""
    text = re.sub(r"(?<!\w)'(?!\w)", " ", text)
    opening = re.findall(r"(?<!\w)'(?=\w)(?!(?:tis|twas|em|n|round|cause|til)\b)", text, re.IGNORECASE)
    closing = re.findall(r"(?<=[^\W])'(?!\w)", text)
    if opening and not closing:
        return re.sub(r"(?<!\w)'(?=\w)(?!(?:tis|twas|em|n|round|cause|til)\b)", "", text, flags=re.IGNORECASE)
    return re.sub(r"(?<=[^\W])(?<![sn])'(?!\w)", "", text) if closing and not opening else text


def mend_heading(text: str) -> str:
    """Return a text without "Label:", "Caption 1:", "Here is a caption:" before it.

    Args:
        text: a caption.
    """
    return _HEADING.sub("", _CHATTER.sub("", text)).strip()


def mend_confidence(text: str) -> str:
    """Return a text without probabilities: "dog (0.83)", "dog: 87%", "dog 0.92, bark 0.81".

    Args:
        text: a caption.
    """
    for pattern in _CONFIDENCES:
        text = pattern.sub(lambda match: " " if match.end() < len(match.string) else "", text)
    return re.sub(r" +([,;.!?])", r"\1", " ".join(text.split()))


def mend_junk(text: str) -> str:
    """Return a text without addresses, file extensions, hashtags, take numbers ("01", "(2)"), and marks at its ends.

    Args:
        text: a caption.
    """
    text = _EXTENSION.sub("", _ADDRESS.sub(" ", text))
    text = _JUNK_IN_FRONT.sub("", _JUNK_BEHIND.sub("", text.strip()))
    text = re.sub(r"[_*~^`@]+|(?<!\b[A-G])#|(?<!\d)%+", " ", text)
    return " ".join(re.sub(r"(?<!\w)&(?=\w)", "& ", re.sub(r"(?<!\S)[-/]+(?=[^\W\d])", "", text)).split())
