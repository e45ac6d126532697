"""Training a model of your own."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from . import _unspin
from ._model import Model, Path

Paths = Path | Sequence[Path]
# Answers a question with keys and counts, arrays of Arrow, in any number of pairs.
Parts = Callable[[bytes], Iterable[tuple[Any, Any]]]


def paths(given: Paths) -> list[Path]:
    """One path or several as a list."""
    return [given] if isinstance(given, (str, os.PathLike)) else list(given)


def train(
    pairs: Paths = (),
    text: Paths = (),
    *,
    dev: Paths = (),
    recipe: Path | None = None,
    data: Path | None = None,
    base: Model | None = None,
    threads: int | None = None,
) -> Model:
    """Trains a model as `unspin train` does: the same files give the same bytes.

    `pairs` are files of `original<TAB>spun[<TAB>document]` or phrase lists, `text` of plain
    English, `dev` of held-out pairs from which the weights are learned, `recipe` is a
    recipe (TOML) whose paths begin in the folder `data`. `base` is a model whose English
    serves instead of `text`. Rows that cannot be read are told of as warnings.

    >>> import pathlib, tempfile, unspin
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> pairs = folder / "pairs.tsv"
    >>> _ = pairs.write_text("The clients left.\\tThe prospects left.\\n" * 9)
    >>> model = unspin.train(pairs, base=unspin.Model.default())
    >>> model.lookup("prospects").candidates[0].original
    'clients'
    """
    return trained(None, pairs, text, dev, recipe, data, base, threads)


def trained(
    parts: Parts | None,
    pairs: Paths,
    text: Paths,
    dev: Paths,
    recipe: Path | None,
    data: Path | None,
    base: Model | None,
    threads: int | None,
) -> Model:
    """A model of the pairs in files and, if `parts` answer questions, of theirs."""
    given = paths(pairs), paths(text), paths(dev)
    inner = None if base is None else base._inner
    made, told = _unspin._train(*given, recipe, data, inner, threads, parts)
    for message in told:
        # Told of the line that called `train`.
        warnings.warn(message, stacklevel=3)
    return Model(made)
