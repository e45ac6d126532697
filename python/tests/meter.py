"""What a cluster on this machine takes: processor seconds and memory, out of /proc.

Spark's own `executorCpuTime` knows the threads of the JVM, not the Python beside them,
where the restoring is done; so each process is asked, once a second. In Python the main
thread reads and writes Arrow, and the threads of the library restore.
"""

import os
import pathlib
import threading

TICKS = os.sysconf("SC_CLK_TCK")


def kind(command):
    """What a process of a worker's session is to the report; None if it is no matter."""
    if "CoarseGrainedExecutorBackend" in command:
        return "jvm"
    return "python" if "pyspark.daemon" in command else None


def fields(folder):
    """The fields of `stat` behind the name of the program, which may hold anything."""
    return (folder / "stat").read_text().rpartition(")")[2].split()


def seconds(folder):
    """User and system time of a process or thread."""
    return (int(fields(folder)[11]) + int(fields(folder)[12])) / TICKS


class Process:
    """One process, as last seen."""

    def __init__(self, folder):
        self.folder, self.of = folder, None
        self.cpu = self.main = self.peak = 0
        self.memory = {}

    def look(self):
        self.cpu = seconds(self.folder)
        if self.of == "python":
            self.main = seconds(self.folder / "task" / self.folder.name)
        status = (self.folder / "status").read_text()
        self.peak = next(int(row.split()[1]) for row in status.splitlines() if "VmHWM" in row)

    def look_at_memory(self):
        """KiB in memory, divided among those who share them (`pss`), and those of the library."""
        of = None
        memory = dict.fromkeys(["rss", "pss", "library_rss", "library_pss"], 0)
        for row in (self.folder / "smaps").read_text().splitlines():
            name, _, rest = row.partition(":")
            if "-" in name.split(" ")[0]:
                of = "library_" if "_unspin" in row or row.endswith(".unspin") else None
            elif name in ("Rss", "Pss"):
                size = int(rest.split()[0])
                memory[name.lower()] += size
                if of:
                    memory[of + name.lower()] += size
        if memory["pss"] >= self.memory.get("pss", 0):
            self.memory = memory


class Meter(threading.Thread):
    """Watches the executors in some sessions until it is told to stop."""

    def __init__(self, sessions):
        super().__init__(daemon=True)
        self.sessions, self.seen, self.done = set(sessions), {}, threading.Event()
        self.before = {}

    def run(self):
        turn = 0
        while not self.done.wait(1):
            self.look(memory=turn % 5 == 0)
            turn += 1

    def look(self, memory=False):
        for folder in pathlib.Path("/proc").iterdir():
            if not folder.name.isdigit():
                continue
            try:
                process = self.seen.get(folder.name) or self.found(folder)
                if process is None:
                    continue
                process.look()
                if memory:
                    process.look_at_memory()
                self.seen[folder.name] = process
            except (OSError, StopIteration, ValueError, IndexError):
                continue  # It has ended meanwhile.

    def found(self, folder):
        if int(fields(folder)[3]) not in self.sessions:
            return None
        process = Process(folder)
        process.of = kind((folder / "cmdline").read_bytes().decode(errors="replace"))
        return process if process.of else None

    def cpu(self):
        used = {"jvm": 0, "python": 0, "restoring": 0}
        for process in self.seen.values():
            library = process.cpu - process.main if process.of == "python" else 0
            used["restoring"] += library
            used[process.of] += process.cpu - library
        return used

    def begin(self):
        """From here on counts."""
        self.look()
        self.before = self.cpu()
        self.start()

    def end(self):
        """Processor seconds by what they were for, and each process's most memory in MiB."""
        self.done.set()
        self.join()
        self.look(memory=True)
        cpu = {of: round(used - self.before[of], 1) for of, used in self.cpu().items()}
        beside = 1 - cpu["restoring"] / max(sum(cpu.values()), 0.01)
        processes = [
            {"of": one.of, "cpu": one.cpu, "peak": one.peak >> 10}
            | {name: size >> 10 for name, size in one.memory.items()}
            for one in self.seen.values()
        ]
        return {"cpu": cpu, "beside_restoring": round(beside, 3), "processes": processes}
