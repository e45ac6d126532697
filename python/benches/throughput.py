"""What Python takes beside the command line: processor seconds of both on the same lines.

    python python/benches/throughput.py --program target/release/unspin TEXT

Each line is a document. The program (`unspin decode --each-line --threads 1`) and a fresh
Python (`restore_batch`, of strings and of an Arrow array, `threads=1`) run by turns, whole
processes, and write the same bytes. Both are to be built with one profile, that is with
`cargo build --release` and `pip install ./python`.
"""

import argparse
import os
import pathlib
import subprocess
import sys

READ = """
import sys, unspin
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
model = unspin.Model.default()
"""
WAYS = {
    "strings": READ + "best = [one.text for one in model.restore_batch(lines, threads=1)]\n",
    # What importing, reading and writing take by themselves.
    "strings, copied": READ + "best = lines\n",
    "arrow": "import pyarrow"
    + READ
    + "best = model.restore_batch(pyarrow.array(lines), threads=1).to_pylist()\n",
    "arrow, copied": "import pyarrow" + READ + "best = pyarrow.array(lines).to_pylist()\n",
}
WRITE = "sys.stdout.buffer.write(''.join(one + '\\n' for one in best).encode())"


def cpu(command):
    """User and system seconds of a command, and what it wrote."""
    before = os.times()
    written = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    after = os.times()
    user = after.children_user - before.children_user
    return user + after.children_system - before.children_system, written


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text", type=pathlib.Path)
    parser.add_argument("--program", default="unspin", help="the command line")
    parser.add_argument("--turns", type=int, default=5)
    args = parser.parse_args()
    decode = [args.program, "decode", "--each-line", "--threads", "1", str(args.text)]
    commands = {"unspin decode": decode}
    for name, way in WAYS.items():
        commands[name] = [sys.executable, "-c", way + WRITE, str(args.text)]
    seconds = {name: [] for name in commands}
    for _ in range(args.turns):
        expected = None
        for name, command in commands.items():
            used, written = cpu(command)
            seconds[name].append(used)
            expected = expected or written
            assert "copied" in name or written == expected, f"{name} writes other bytes"
    words = len(args.text.read_text(encoding="utf-8").split())
    base = min(seconds["unspin decode"])
    print(f"{words} words, {words / base:.0f} a second by the program")
    for name, used in seconds.items():
        turns = " ".join(f"{one:.2f}" for one in used)
        print(f"{name}: {min(used):.2f} s, {min(used) / base:.3f} of the program's ({turns})")
    for name in ["strings", "arrow"]:
        alone = min(seconds[name]) - min(seconds[f"{name}, copied"])
        print(f"{name} without what copying takes: {alone:.2f} s, {alone / base:.3f}")


if __name__ == "__main__":
    main()
