"""Daily tables in, forecasts and alerts out; one file is one model."""

from affectcli.forecast._step import run

__all__ = ["READS", "run"]

READS = ("prevalence", "price", "series", "label", "calibration", "event", "finding")
