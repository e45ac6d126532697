"""The types that the package tells are those that it has."""

import pathlib
import subprocess
import sys

import pytest

pytest.importorskip("mypy")
SETTINGS = pathlib.Path(__file__).parents[1] / "pyproject.toml"


@pytest.mark.parametrize(
    "command",
    [
        # The compiled part against its stubs, and the rest as it stands.
        ["mypy.stubtest", "unspin._unspin"],
        ["mypy", "--config-file", str(SETTINGS), "--package", "unspin"],
    ],
    ids=["stubs", "strict"],
)
def test_types(command, tmp_path):
    # From elsewhere, so that the installed package is looked at.
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
