"""The compiled part. Import these names from `unspin`."""

import os
from collections.abc import Callable, Iterable
from typing import Any, Final, final

__all__ = [
    "Alternative",
    "Edit",
    "KnownOriginal",
    "KnownPhrase",
    "Model",
    "PartCounter",
    "Restoration",
    "Restored",
    "__version__",
    "_evaluate",
    "_language_model",
    "_train",
]

__version__: str

_Path = str | os.PathLike[str]

@final
class Restored:
    """A text and what its author may have written."""

    @property
    def spun(self) -> str:
        """The text as it was given; offsets of edits count its characters."""

    @property
    def text(self) -> str:
        """The likeliest restoration."""

    @property
    def score(self) -> float:
        """Its score: a sum of weighted features, in nats."""

    @property
    def probability(self) -> float:
        """Its share among all the readings that the search has weighed."""

    @property
    def restorations(self) -> list[Restoration]:
        """The `n_best` likeliest restorations, best first."""

    @property
    def edits(self) -> list[Edit]:
        """What the likeliest restoration changes, from left to right."""

    def evidence(self) -> str:
        """One line of JSON as `unspin decode --evidence` writes it; its offsets count bytes."""

    def __str__(self) -> str: ...
    def __eq__(self, value: object, /) -> bool: ...

@final
class Restoration:
    """One guess at what the author wrote."""

    text: Final[str]
    score: Final[float]
    probability: Final[float]

@final
class Edit:
    """One place where the likeliest restoration differs from the spun text."""

    start: Final[int]
    """Characters of the spun text before it."""
    end: Final[int]
    spun: Final[str]
    original: Final[str]
    probability: Final[float]
    """How often such an edit is right."""
    alternatives: Final[list[Alternative]]
    """Other readings, the spun words among them, the likeliest first."""

@final
class Alternative:
    """Another reading of the place of an edit."""

    original: Final[str]
    probability: Final[float]

@final
class KnownPhrase:
    """What a model knows of a spun phrase."""

    left_alone: Final[float]
    """How likely the phrase is the author's own."""
    candidates: Final[list[KnownOriginal]]

@final
class KnownOriginal:
    """One candidate original of a spun phrase."""

    original: Final[str]
    restore: Final[float]
    """p(original | spun)."""
    spin: Final[float]
    """p(spun | original)."""
    seen_in: Final[list[str]]

@final
class Model:
    @staticmethod
    def default() -> Model: ...
    @staticmethod
    def load(path: _Path) -> Model: ...
    @staticmethod
    def from_bytes(data: bytes) -> Model: ...
    @staticmethod
    def verify(path: _Path) -> None: ...
    def save(self, path: _Path) -> None: ...
    def to_bytes(self) -> bytes: ...
    @property
    def _metadata(self) -> str: ...
    def lookup(self, phrase: str) -> KnownPhrase | None: ...
    def restore(
        self, text: str, *, n_best: int = 1, min_confidence: float = 0.0
    ) -> Restored: ...
    def _restore_iterable(
        self,
        texts: Iterable[str | None],
        *,
        n_best: int = 1,
        min_confidence: float = 0.0,
        threads: int | None = None,
    ) -> list[Restored | None]: ...
    def _restore_arrow(
        self,
        array: Any,
        *,
        n_best: int = 1,
        min_confidence: float = 0.0,
        threads: int | None = None,
        evidence: bool = False,
    ) -> tuple[Any, Any, Any]: ...

def _evaluate(
    model: Model,
    pairs: list[_Path],
    clean: list[_Path],
    n_best: int,
    min_confidence: float,
    bootstrap: int,
    by: int | None,
    threads: int | None,
) -> tuple[str, str, list[str]]: ...
def _train(
    pairs: list[_Path],
    text: list[_Path],
    dev: list[_Path],
    recipe: _Path | None,
    data: _Path | None,
    base: Model | None,
    threads: int | None,
    parts: Callable[[bytes], Iterable[tuple[Any, Any]]] | None,
) -> tuple[Model, list[str]]: ...

@final
class PartCounter:
    def __new__(cls, question: bytes) -> PartCounter: ...
    def add(self, text: Any, spun: Any = None) -> None: ...
    def finish(self) -> tuple[Any, Any]: ...

def _language_model(
    parts: Callable[[bytes], Iterable[tuple[Any, Any]]],
    order: int,
    prune: list[int],
    path: _Path,
) -> None: ...
