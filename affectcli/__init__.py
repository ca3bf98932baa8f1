"""affect: from raw posts to claims about community emotion that hold up."""

__version__ = "0.1.0"
