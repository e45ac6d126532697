"""Pages for the jobs on Spark: the spun side of `unspin spin` as rows of Parquet.

    unspin spin --lexicon training/lexicon text.txt | python python/benches/pages.py --output DIR

A row is a document: `id` counts from 0, `text` is binary and has a sentence a line. Every
10,000th page gets a byte that is no UTF-8, which is to be rejected, and every 25,000th is
missing.
"""

import argparse
import itertools
import json
import pathlib
import sys

import pyarrow as pa
from pyarrow import parquet

BAD, MISSING = 10_000, 25_000


def pages(lines):
    """The spun sides, document by document."""
    rows = (line.rstrip(b"\n").split(b"\t") for line in lines if line.strip())
    for _, document in itertools.groupby(rows, key=lambda row: row[2]):
        yield b"\n".join(row[1] for row in document)


def write(lines, folder, rows):
    folder.mkdir(parents=True, exist_ok=True)
    figures = {"rows": 0, "bad": 0, "missing": 0, "words": 0, "bytes": 0}
    given = pages(lines)
    for part in itertools.count():
        ids, texts = [], []
        for text in itertools.islice(given, rows):
            at = figures["rows"]
            figures["rows"] += 1
            if at % MISSING == MISSING - 1:
                figures["missing"] += 1
                text = None
            else:
                if at % BAD == BAD - 1:
                    figures["bad"] += 1
                    text += b"\xff"
                figures["words"] += len(text.split())
                figures["bytes"] += len(text)
            ids.append(at)
            texts.append(text)
        if not ids:
            return figures
        table = pa.table({"id": pa.array(ids, pa.int64()), "text": pa.array(texts, pa.binary())})
        parquet.write_table(table, folder / f"part-{part:05}.parquet", compression="zstd")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--rows", type=int, default=5_000, help="pages of a file")
    args = parser.parse_args()
    print(json.dumps(write(sys.stdin.buffer, args.output, args.rows)), file=sys.stderr)
