"""What is known of well-known models, and the house's schemes that a model's labels can be.

Licences, label names and kinds are as each model's card or config.json states them; "unknown" is
a card that names no licence, which gives no permission by itself. No model here is shipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ENGLISH = ("en", "und")


@dataclass(frozen=True)
class Preset:
    """A model on the hub: what its card says where its config.json does not."""

    kind: Literal["many", "one"]
    labels: frozenset[str]
    """In lower case. A model with other labels is another model: then the preset says nothing."""
    licence: str
    languages: tuple[str, ...] = ENGLISH


GOEMOTIONS28 = (
    *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion"),
    *("curiosity", "desire", "disappointment", "disapproval", "disgust", "embarrassment"),
    *("excitement", "fear", "gratitude", "grief", "joy", "love", "nervousness", "optimism"),
    *("pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral"),
)
EKMAN7 = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
LEIA5 = ("happiness", "affection", "sadness", "anger", "fear")
EMTRACT7 = ("neutral", "happy", "sad", "anger", "disgust", "surprise", "fear")

SCHEMES = {
    "goemotions28": GOEMOTIONS28,
    "ekman7": EKMAN7,
    "leia5": LEIA5,
    "emtract7": EMTRACT7,
}
"""The order of a scheme's columns here, whatever the order of the model's outputs."""

ALIASES = {"leia5": {"joy": "happiness"}}
"""LEIA's card calls joy what its paper (Aroyehun et al. 2023) calls happiness."""

PLEASANT = {"happy", "happiness", "affection", "positive"}
UNPLEASANT = {"sad", "pessimism", "negative"}
"""Besides those of GoEmotions."""

PRESETS = {
    # Card: MIT, English, 28 labels, multi_label_classification, threshold 0.5.
    "SamLowe/roberta-base-go_emotions": Preset("many", frozenset(GOEMOTIONS28), "mit"),
    # The card names no licence; config.json: single_label_classification.
    "j-hartmann/emotion-english-distilroberta-base": Preset("one", frozenset(EKMAN7), "unknown"),
    # Card: MIT, English; one emotion per post (the author's own label).
    "LEIA/LEIA-base": Preset("one", frozenset({"joy", *LEIA5} - {"happiness"}), "mit"),
    # The card names no licence; SemEval 2018 task 1 E-c, multi-label.
    "cardiffnlp/twitter-roberta-base-emotion-multilabel-latest": Preset(
        "many",
        frozenset(
            {
                *("anger", "anticipation", "disgust", "fear", "joy", "love", "optimism"),
                *("pessimism", "sadness", "surprise", "trust"),
            }
        ),
        "unknown",
    ),
    # Card: MIT, English, seven categories.
    "vamossyd/emtract-distilbert-base-uncased-emotion": Preset("one", frozenset(EMTRACT7), "mit"),
    # The card names no licence; "softmax outputs for three labels".
    "ProsusAI/finbert": Preset("one", frozenset({"positive", "negative", "neutral"}), "unknown"),
}
