"""What the tests share: the model, the sample corpus, the program of the command line."""

import os
import pathlib
import shutil
import subprocess

import pytest

import unspin

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture(scope="session")
def model():
    return unspin.Model.default()


@pytest.fixture(scope="session")
def sample():
    return ROOT / "training" / "sample"


@pytest.fixture(scope="session")
def spun_lines(sample):
    """Spun sentences, some of them with characters of more than a byte."""
    rows = (sample / "test.tsv").read_text(encoding="utf-8").splitlines()
    lines = [row.split("\t")[1] for row in rows]
    return [f"\N{EM DASH} Café 😀 {line} \N{WHITE SMILING FACE}" for line in lines]


@pytest.fixture(scope="session")
def program():
    """Runs the command line, which `cargo test --release` has built."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = os.environ.get("UNSPIN") or target / "release" / "unspin"
    path = built if pathlib.Path(built).exists() else shutil.which("unspin")
    if path is None:
        pytest.skip("no unspin: build it with cargo build --release, or name it in UNSPIN")

    def run(*arguments, input=b""):
        done = subprocess.run(
            [path, *map(str, arguments)], input=input, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    return run
