"""Post -> emotion, marker, cause: one file is one tagger; files with an underscore help them."""

from affectcli.tag._engine import run

__all__ = ["run"]
