"""A KeyboardInterrupt ends long calls, and other threads run beside them."""

import signal
import subprocess
import sys
import threading
import time

import pytest

LINE = "In keeping with it, the corporate misplaced clients in opposition to it. "

CALLS = {
    "batch": "model.restore_batch(line * 20 for _ in itertools.count())",
    "text": "model.restore(line * 1_000_000)",
    "arrow": "model.restore_batch(pyarrow.array([line * 20] * 100_000))",
    "train": "unspin.train(pairs, base=model, recipe=recipe)",
}


@pytest.mark.parametrize("call", CALLS)
def test_a_signal_ends_it(call, tmp_path):
    pairs, recipe = tmp_path / "pairs.tsv", tmp_path / "recipe.toml"
    pairs.write_text(f"{LINE}\t{LINE} indeed\n" * 2000)
    recipe.write_text("[align]\nhmm_passes = 1000000\n")
    script = f"""
import itertools, pyarrow, unspin
line, pairs, recipe = {LINE!r}, {str(pairs)!r}, {str(recipe)!r}
model = unspin.Model.default()
print("begins", flush=True)
try:
    {CALLS[call]}
except KeyboardInterrupt:
    print("interrupted")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "begins\n"
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=60)
    assert (out, process.returncode) == ("interrupted\n", 0), errors


def test_other_threads_run(model):
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.monotonic())
            time.sleep(0.005)

    thread = threading.Thread(target=tick)
    thread.start()
    model.restore_batch([LINE * 50] * 20, threads=1)
    done.set()
    thread.join()
    assert len(ticks) > 5
