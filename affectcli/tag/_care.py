"""Text care: what a text goes through before the tokenizer, in training and in tagging alike.

The order is EmTract's (Vamossy and Skog, 2021): entities, links, people, symbols of assets,
emoji, elongations; emoticons stay as they are. The encoder's vocabulary has no emoji (each would
become one [UNK]), GoEmotions masks people as [NAME], and a link's letters would fill a window
without saying anything about feeling. Unlike EmTract's, this care swallows nothing: every string
has a result, and a mistake here is a crash, not an empty text.
"""

import html
import re
import unicodedata
from itertools import groupby

VERSION = 2
"""Part of the tagger's revision: raise it whenever `clean` changes what it returns."""

_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PERSON = re.compile(r"(?<![\w/.@])(?:@|/?u/)[A-Za-z_][\w-]+")
_ASSET = re.compile(r"(?<![\w$])\$[A-Za-z][A-Za-z_.]{0,9}\b")
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")
# Skin tones, variation selectors, joiners and flag letters alter a symbol and are none themselves.
_ALTERS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff]")
_LONG = re.compile(r"([^\W\d_])\1{2,}|([^\w\s])\2{3,}")


def clean(text: str) -> str:
    """Return `text` with entities resolved, links removed, people and assets masked, emoji named.

    Surrogate pairs are joined and lone surrogates become U+FFFD, so that any Python string can be
    encoded. A run of the same emoji counts once: ten laughing faces are not ten sentences; a
    letter stretched to three or more is kept twice, a stretched mark three times.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found.group()), text)
    text = _LINK.sub(" ", text)
    text = _PERSON.sub("[NAME]", text)
    text = _ASSET.sub("[STOCK]", text)
    text = _EMOJI.sub(_spell, text)
    return _LONG.sub(_shorten, text)


def _shorten(run: re.Match[str]) -> str:
    return run.group(1) * 2 if run.group(1) else run.group(2) * 3


def _spell(run: re.Match[str]) -> str:
    symbols = _ALTERS.sub("", run.group())
    names = (unicodedata.name(symbol, symbol).lower() for symbol, _ in groupby(symbols))
    return f" {' '.join(names)} "
