"""Every failure a user can meet, each with its exit code and one line that says what to do."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Exit codes of the command line (docs/exit-codes.md); scripts depend on the numbers."""

    OK = 0
    BUG = 1
    USAGE = 2
    CONFIG = 3
    REMOTE = 4
    BUDGET = 5
    INPUT = 6
    DATABASE = 7
    EMPTY = 8
    MODEL = 9
    ANALYSIS = 10
    FAIL_IF = 11
    LOCKED = 75
    INTERRUPTED = 130
    TERMINATED = 143


class AffectError(Exception):
    """Something a user can act on.

    `what` says what happened and where, `known` what is known to work instead, `do` what to type.
    """

    code = ExitCode.BUG

    def __init__(self, what: str, *, known: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.known, self.do = what, known, do

    def __str__(self) -> str:
        """Return the one line that a user reads."""
        parts = [self.what, self.known, f"Try: {self.do}" if self.do else ""]
        return " ".join(part for part in parts if part)


class UsageError(AffectError):
    """The command was typed wrong: an option, a signal name, a mapping."""

    code = ExitCode.USAGE


class ConfigError(AffectError):
    """A settings file, an environment variable or a credential is missing or wrong."""

    code = ExitCode.CONFIG


class RemoteError(AffectError):
    """The remote side refused for good: private, banned, missing, forbidden, unreachable."""

    code = ExitCode.REMOTE


class BudgetError(AffectError):
    """A rate limit or the waiting budget was reached; everything finished so far is stored."""

    code = ExitCode.BUDGET


class InputError(AffectError):
    """The input cannot be read: missing, corrupt, truncated, wrong columns."""

    code = ExitCode.INPUT


class DatabaseError(AffectError):
    """The database file is of another version, damaged, or cannot be written."""

    code = ExitCode.DATABASE


class EmptyError(AffectError):
    """There was nothing to do, and `--fail-on-empty` asked to be told."""

    code = ExitCode.EMPTY


class ModelError(AffectError):
    """Model weights are missing, damaged or do not fit."""

    code = ExitCode.MODEL


class AnalysisError(AffectError):
    """The analysis has no honest answer: too short, constant, no overlap."""

    code = ExitCode.ANALYSIS


class ThresholdError(AffectError):
    """A condition of `--fail-if` or of a check holds."""

    code = ExitCode.FAIL_IF


class LockedError(AffectError):
    """Another process holds the database and did not let go in time."""

    code = ExitCode.LOCKED


class Interrupted(AffectError):
    """The user asked to stop; everything finished so far is stored."""

    code = ExitCode.INTERRUPTED
