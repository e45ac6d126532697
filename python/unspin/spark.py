"""Restoring and training on Spark, where one machine is not enough.

>>> import unspin.spark
>>> from pyspark.sql import SparkSession
>>> spark = SparkSession.builder.master("local[1]").getOrCreate()
>>> spun = [("In keeping with The New York Instances, costs fell.",)]
>>> unspin.spark.restore(spark.createDataFrame(spun, ["text"])).first()["text_restored"]
'According to The New York Times, prices fell.'

`train` and `language_model` count where the text is. As a job:
`python -m unspin.spark --input PATH --output PATH`, or by `spark-submit`. Every worker needs
the package; the built-in model is in it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Any

import pyarrow
from pyspark import Broadcast, SparkFiles
from pyspark.sql import DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from . import _unspin
from ._model import Model, Path
from .training import Paths, trained

__all__ = ["language_model", "restore", "train"]

_BYTES = "__unspin_bytes"


@cache
def _model(name: str | None, shipped: bool) -> Model:
    """The model of this process; its pages are shared with the other ones."""
    if name is None:
        return Model.default()
    return Model.load(SparkFiles.get(name) if shipped else name)


@dataclass(frozen=True)
class _Restore:
    """What each task does with its batches."""

    output: str
    rejected: str
    evidence: str | None
    name: str | None
    shipped: bool
    settings: dict[str, Any]

    def __call__(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        model = _model(self.name, self.shipped)
        for batch in batches:
            at = batch.schema.get_field_index(_BYTES)
            restored, evidence, reasons = model.restore_arrow(
                batch.column(at), evidence=self.evidence is not None, **self.settings
            )
            names = batch.schema.names[:at] + [self.output]
            columns = batch.columns[:at] + [restored]
            if self.evidence is not None:
                names, columns = names + [self.evidence], columns + [evidence]
            yield pyarrow.RecordBatch.from_arrays(
                columns + [reasons], names=names + [self.rejected]
            )


def restore(
    df: DataFrame,
    column: str = "text",
    output: str | None = None,
    *,
    rejected: str = "rejected",
    evidence: str | None = None,
    model: str | None = None,
    ship: bool = True,
    n_best: int = 1,
    min_confidence: float = 0.0,
    threads: int = 1,
) -> DataFrame:
    """`df` with `column`, of strings or binary, restored in `output`; each row is a document.

    All columns stay. `output` is `column` with `_restored` behind it if none is named.
    Rows that cannot be read have no restoration, and the reason in the column `rejected`.
    `evidence` names a column for the evidence of `unspin decode --evidence`.

    `model` is the path of a model file, which is sent once to each executor, or, with
    `ship=False`, stands under that path on each of them. It is mapped, once a process.
    """
    output = output or f"{column}_restored"
    new = [output, *([evidence] if evidence else []), rejected]
    taken = [name for name in new if name in df.columns]
    if taken or len(set(new)) < len(new):
        raise ValueError(f"columns {new} are to be new: name others (taken: {taken})")
    name = model
    if model is not None and ship:
        df.sparkSession.sparkContext.addFile(model)
        name = PurePath(model).name
    fields = [StructField(name, StringType()) for name in new]
    settings = {"n_best": n_best, "min_confidence": min_confidence, "threads": threads}
    task = _Restore(output, rejected, evidence, name, ship, settings)
    # As bytes: a string of Spark need not be valid UTF-8.
    given = df.withColumn(_BYTES, F.col(f"`{column}`").cast("binary"))
    return given.mapInArrow(task, StructType(df.schema.fields + fields))


@dataclass(frozen=True)
class _Count:
    """What each part of the pairs answers to a question."""

    question: Broadcast[bytes]

    def __call__(self, batches: Iterator[pyarrow.RecordBatch]) -> Iterator[pyarrow.RecordBatch]:
        counter = _unspin.PartCounter(self.question.value)
        for batch in batches:
            counter.add(*batch.columns)
        yield pyarrow.RecordBatch.from_arrays([*counter.finish()], names=["key", "count"])


def train(
    pairs: DataFrame,
    *,
    original: str = "original",
    spun: str = "spun",
    text: Paths = (),
    dev: Paths = (),
    recipe: Path | None = None,
    data: Path | None = None,
    base: Model | None = None,
    threads: int | None = None,
) -> Model:
    """Trains a model on pairs in a DataFrame; everything else as `unspin.train` does.

    Each partition counts its pairs with the parameters so far, the shuffle adds the counts,
    and the driver estimates parameters anew and sends them out: for word alignment once a
    pass, for substitutions and for the places of phrases once. The model is that of
    `unspin.train` on the same pairs in a file. A pair with a side that is missing, empty
    or no text is passed over.
    """
    with _Asking(pairs, original, spun) as ask:
        return trained(ask, (), text, dev, recipe, data, base, threads)


def language_model(
    df: DataFrame, column: str, output: Path, *, order: int = 5, prune: Sequence[int] = (0,)
) -> None:
    """Writes the n-gram model of a column of text: the file that `unspin lm build` makes.

    Each partition counts its n-grams, the shuffle adds the counts, and the driver estimates
    the model in memory. N-grams of n words seen at most `prune[n-1]` times are left out.
    """
    with _Asking(df, column) as ask:
        _unspin._language_model(ask, order, list(prune), output)


class _Asking:
    """Has all partitions answer questions about some columns, and adds the answers up."""

    def __init__(self, df: DataFrame, *columns: str) -> None:
        self.context = df.sparkSession.sparkContext
        self.given = df.select(*(F.col(f"`{name}`").cast("binary") for name in columns))

    def __enter__(self) -> _Asking:
        # Every question reads all of it.
        self.given = self.given.persist()
        return self

    def __exit__(self, *_: object) -> None:
        self.given.unpersist()

    def __call__(self, question: bytes) -> list[tuple[pyarrow.Array, pyarrow.Array]]:
        sent = self.context.broadcast(question)
        counted = self.given.mapInArrow(_Count(sent), "key binary, count bigint")
        table = counted.groupBy("key").agg(F.sum("count").alias("count")).toArrow()
        sent.destroy()
        fields = [("key", pyarrow.binary()), ("count", pyarrow.int64())]
        table = table.cast(pyarrow.schema(fields))
        return [(batch.column(0), batch.column(1)) for batch in table.to_batches()]


def _main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m unspin.spark", description="Restore a column of a table on Spark."
    )
    parser.add_argument("--input", required=True, help="Parquet or JSON Lines: a path, s3a://...")
    parser.add_argument("--output", required=True, help="where to write, in the same format")
    parser.add_argument("--format", choices=["parquet", "jsonl"], help="by the input's name")
    parser.add_argument("--column", default="text", help="the column with the text")
    parser.add_argument("--into", help="the column for restored text [COLUMN_restored]")
    parser.add_argument("--evidence", help="a column for the evidence [none]")
    parser.add_argument("--model", help="a model file [the built-in model]")
    parser.add_argument("--min-confidence", type=float, default=0.0)
    parser.add_argument("--partitions", type=int, help="tasks to cut the work into")
    parser.add_argument("--overwrite", action="store_true", help="replace what is there")
    args = parser.parse_args(arguments)
    is_json = args.input.rstrip("/").endswith((".jsonl", ".json", ".ndjson", ".jsonl.gz"))
    form = args.format or ("jsonl" if is_json else "parquet")
    spark = SparkSession.builder.appName("unspin").getOrCreate()
    source = "json" if form == "jsonl" else "parquet"
    given = spark.read.format(source).load(args.input)
    if args.partitions:
        given = given.repartition(args.partitions)
    restored = restore(
        given,
        args.column,
        args.into,
        evidence=args.evidence,
        model=args.model,
        min_confidence=args.min_confidence,
    )
    seen = Observation("rows")
    restored = restored.observe(
        seen, F.count(F.lit(1)).alias("rows"), F.count("rejected").alias("rejected")
    )
    start = time.monotonic()
    mode = "overwrite" if args.overwrite else "errorifexists"
    restored.write.mode(mode).format(source).save(args.output)
    figures = {**seen.get, "seconds": round(time.monotonic() - start, 3)}
    print(json.dumps(figures), file=sys.stderr)
    spark.stop()
    return 0


if __name__ == "__main__":
    # By its own name, under which the workers know it.
    from unspin.spark import _main as main

    sys.exit(main())
