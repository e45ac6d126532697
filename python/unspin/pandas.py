"""An accessor and a function for pandas.

>>> import pandas, unspin.pandas
>>> pages = pandas.Series(["In keeping with The New York Instances, costs fell.", None])
>>> pages.unspin.restore().tolist()
['According to The New York Times, prices fell.', nan]
"""

from __future__ import annotations

from functools import cache

import pandas

from ._model import Model


@cache
def _default() -> Model:
    return Model.default()


def restore(
    texts: pandas.Series,
    *,
    model: Model | None = None,
    min_confidence: float = 0.0,
    threads: int | None = None,
) -> pandas.Series:
    """Restores a Series of strings; index and name stay, and what is missing."""
    given = [None if missing else text for text, missing in zip(texts, texts.isna())]
    restored = (model or _default()).restore_batch(
        given, min_confidence=min_confidence, threads=threads
    )
    best = [None if one is None else one.text for one in restored]
    return pandas.Series(best, index=texts.index, name=texts.name, dtype="str")


@pandas.api.extensions.register_series_accessor("unspin")
class Accessor:
    """`series.unspin`, once `unspin.pandas` has been imported."""

    def __init__(self, series: pandas.Series) -> None:
        self._series = series

    def restore(
        self,
        *,
        model: Model | None = None,
        min_confidence: float = 0.0,
        threads: int | None = None,
    ) -> pandas.Series:
        """The Series restored; see `unspin.pandas.restore`."""
        return restore(
            self._series, model=model, min_confidence=min_confidence, threads=threads
        )
