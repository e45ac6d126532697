"""The model, as Python sees it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, overload

from . import _unspin
from ._unspin import KnownPhrase, Restored

if TYPE_CHECKING:
    import pyarrow as pa

Path = str | os.PathLike[str]


class Model:
    """A trained model. It never changes; threads may share it.

    A model pickles by where it came from (the default model, a file) or, if it was made
    here, by its bytes.
    """

    __slots__ = ("_inner",)

    def __init__(self, inner: _unspin.Model) -> None:
        if not isinstance(inner, _unspin.Model):
            raise TypeError("use Model.default(), Model.load(path) or unspin.train(...)")
        self._inner = inner

    @classmethod
    def default(cls) -> Model:
        """The English model that is built in.

        >>> Model.default()
        unspin.Model.default()
        """
        return cls(_unspin.Model.default())

    @classmethod
    def load(cls, path: Path) -> Model:
        """Opens a model file, mapped and not copied, and holds it against its checksums.

        >>> Model.load("missing.unspin")
        Traceback (most recent call last):
            ...
        FileNotFoundError: missing.unspin: No such file or directory (os error 2)
        """
        return cls(_unspin.Model.load(path))

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Reads a model from the bytes of its file."""
        return cls(_unspin.Model.from_bytes(data))

    @staticmethod
    def verify(path: Path) -> None:
        """Holds every byte of a model file against its checksum; raises ModelError."""
        _unspin.Model.verify(path)

    def save(self, path: Path) -> None:
        """Writes the model file, under its name only when it is whole."""
        self._inner.save(path)

    def to_bytes(self) -> bytes:
        """The bytes of the model's file; the same model has the same bytes."""
        return self._inner.to_bytes()

    @property
    def metadata(self) -> dict[str, Any]:
        """What the model was made of: `version`, `sources`, `recipe`, `figures`, `weights`.

        >>> sorted(Model.default().metadata)
        ['figures', 'recipe', 'sources', 'version', 'weights']
        """
        metadata: dict[str, Any] = json.loads(self._inner._metadata)
        return metadata

    def lookup(self, phrase: str) -> KnownPhrase | None:
        """What may have stood for a spun phrase; None if nothing is known of it.

        >>> Model.default().lookup("in keeping with").candidates[0].original
        'according to'
        """
        return self._inner.lookup(phrase)

    def restore(self, text: str, *, n_best: int = 1, min_confidence: float = 0.0) -> Restored:
        """Restores a text, a document of any number of lines.

        Words restored with a probability below `min_confidence` are left alone.

        >>> restored = Model.default().restore("In keeping with The New York Instances, costs fell.", n_best=3)
        >>> str(restored), len(restored.restorations)
        ('According to The New York Times, prices fell.', 3)
        """
        return self._inner.restore(text, n_best=n_best, min_confidence=min_confidence)

    @overload
    def restore_batch(
        self,
        texts: Iterable[str | None],
        *,
        n_best: int = 1,
        min_confidence: float = 0.0,
        threads: int | None = None,
    ) -> list[Restored | None]: ...

    @overload
    def restore_batch(
        self,
        texts: pa.Array | pa.ChunkedArray,
        *,
        n_best: int = 1,
        min_confidence: float = 0.0,
        threads: int | None = None,
    ) -> pa.Array | pa.ChunkedArray: ...

    def restore_batch(
        self,
        texts: Any,
        *,
        n_best: int = 1,
        min_confidence: float = 0.0,
        threads: int | None = None,
    ) -> Any:
        """Restores many texts, each a document of its own, on several threads.

        An iterable of strings gives a list of `Restored`. An Arrow array, or anything with
        `__arrow_c_array__`, gives an Arrow array of the best restorations; it is read where
        it lies. What is None or null stays so, and so become bytes that are no text; see
        `restore_arrow` for why. The result does not depend on `threads`.

        >>> model = Model.default()
        >>> spun = "In keeping with The New York Instances, costs fell."
        >>> [restored.text for restored in model.restore_batch([spun])]
        ['According to The New York Times, prices fell.']
        >>> import pyarrow
        >>> model.restore_batch(pyarrow.array([spun, None])).to_pylist()
        ['According to The New York Times, prices fell.', None]
        """
        settings: dict[str, Any] = {"min_confidence": min_confidence, "threads": threads}
        if hasattr(texts, "__arrow_c_array__"):
            return self._inner._restore_arrow(texts, n_best=n_best, **settings)[0]
        if hasattr(texts, "iterchunks"):
            import pyarrow

            chunks = [
                self._inner._restore_arrow(chunk, n_best=n_best, **settings)[0]
                for chunk in texts.iterchunks()
            ]
            return pyarrow.chunked_array(chunks, pyarrow.string())
        if isinstance(texts, (str, bytes)):
            raise TypeError("restore_batch takes many texts; restore takes one")
        return self._inner._restore_iterable(texts, n_best=n_best, **settings)

    def restore_arrow(
        self,
        texts: pa.Array,
        *,
        n_best: int = 1,
        min_confidence: float = 0.0,
        threads: int | None = None,
        evidence: bool = False,
    ) -> tuple[pa.Array, pa.Array | None, pa.Array]:
        """Restores an Arrow array of strings or binary: `(restored, evidence, reasons)`.

        `evidence` holds, if asked for, a JSON object a row as `unspin decode --evidence`
        writes it, whose offsets count bytes. `reasons` says why a row was refused, and is
        null where it was not.

        >>> import pyarrow
        >>> restored, _, reasons = Model.default().restore_arrow(pyarrow.array([b"Fine.", b"\\xff"]))
        >>> restored.to_pylist(), reasons.to_pylist()
        (['Fine.', None], [None, 'not valid UTF-8 at byte 1'])
        """
        return self._inner._restore_arrow(
            texts,
            n_best=n_best,
            min_confidence=min_confidence,
            threads=threads,
            evidence=evidence,
        )

    def __reduce__(self) -> tuple[type[Model], tuple[_unspin.Model]]:
        return Model, (self._inner,)

    def __repr__(self) -> str:
        return repr(self._inner)
