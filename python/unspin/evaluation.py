"""How good a model is."""

from __future__ import annotations

import json
import warnings
from typing import Any

from . import _unspin
from ._model import Model
from .training import Paths, paths


class Report(dict[str, Any]):
    """The figures, by the names of `unspin evaluate --format json`; `str()` is the table."""

    def __init__(self, figures: dict[str, Any], table: str) -> None:
        super().__init__(figures)
        self._table = table

    def __str__(self) -> str:
        return self._table


def evaluate(
    model: Model,
    pairs: Paths,
    *,
    clean: Paths = (),
    n_best: int = 10,
    min_confidence: float = 0.0,
    bootstrap: int = 1000,
    by: int | None = None,
    threads: int | None = None,
) -> Report:
    """Measures a model on held-out pairs, and its false alarms on `clean` text.

    >>> import pathlib, tempfile, unspin
    >>> pairs = pathlib.Path(tempfile.mkdtemp()) / "pairs.tsv"
    >>> _ = pairs.write_text("According to The New York Times, prices fell.\\tIn keeping with The New York Instances, costs fell.\\n")
    >>> report = unspin.evaluate(unspin.Model.default(), pairs, bootstrap=0)
    >>> report["err"]
    1.0
    """
    figures, table, told = _unspin._evaluate(
        model._inner, paths(pairs), paths(clean), n_best, min_confidence, bootstrap, by, threads
    )
    for message in told:
        warnings.warn(message, stacklevel=2)
    return Report(json.loads(figures), table)
