"""A function for `datasets.Dataset.map(batched=True)` of Hugging Face.

>>> import datasets, unspin.datasets
>>> pages = datasets.Dataset.from_dict({"text": ["In keeping with The New York Instances, costs fell.", None]})
>>> pages.map(unspin.datasets.restorer("text"), batched=True)["text_restored"]
Column(['According to The New York Times, prices fell.', None])
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ._model import Model


def restorer(
    column: str = "text",
    output: str | None = None,
    *,
    model: Model | None = None,
    min_confidence: float = 0.0,
    threads: int | None = None,
) -> Callable[[dict[str, list[Any]]], dict[str, list[str | None]]]:
    """A function that restores `column` of a batch into `output`.

    `output` is `column` with `_restored` behind it if none is named. The function may be
    sent to other processes (`num_proc`); say `threads=1` then.
    """
    output = output or f"{column}_restored"
    return _Restorer(column, output, model or Model.default(), min_confidence, threads)


@dataclass(frozen=True)
class _Restorer:
    column: str
    output: str
    model: Model
    min_confidence: float
    threads: int | None

    def __call__(self, batch: dict[str, list[Any]]) -> dict[str, list[str | None]]:
        restored = self.model.restore_batch(
            batch[self.column], min_confidence=self.min_confidence, threads=self.threads
        )
        return {self.output: [None if one is None else one.text for one in restored]}
