"""Text care: what a text goes through before the tokenizer, in training and in tagging alike.

The encoder's vocabulary has no emoji (each would become one [UNK]), GoEmotions masks people as
[NAME], and a link's letters would fill a window without saying anything about feeling.
"""

import re
import unicodedata
from itertools import groupby

VERSION = 1
"""Part of the tagger's revision: raise it whenever `clean` changes what it returns."""

_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PERSON = re.compile(r"(?<![\w/.@])(?:@|/?u/)[A-Za-z_][\w-]+")
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]+")
# Skin tones, variation selectors, joiners and flag letters alter a symbol and are none themselves.
_ALTERS = re.compile("[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff\U0001f1e6-\U0001f1ff]")


def clean(text: str) -> str:
    """Return `text` with links removed, people masked and emoji spelled out by Unicode name.

    Surrogate pairs are joined and lone surrogates become U+FFFD, so that any Python string can be
    encoded. A run of the same emoji counts once: ten laughing faces are not ten sentences.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = _LINK.sub(" ", text)
    text = _PERSON.sub("[NAME]", text)
    return _EMOJI.sub(_spell, text)


def _spell(run: re.Match[str]) -> str:
    symbols = _ALTERS.sub("", run.group())
    names = (unicodedata.name(symbol, symbol).lower() for symbol, _ in groupby(symbols))
    return f" {' '.join(names)} "
