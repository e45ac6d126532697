"""A standalone Spark cluster on loopback, and what happens when a worker is killed.

    python python/tests/cluster.py --input pages.parquet --workers 2 --kill

starts a master and workers of a core and a GB each, runs the job, kills one worker with
its executor once a third of the tasks are done, and counts the rows that come out. What
the executors take is measured beside it; `--copy` lets them hand the text back as it is,
which is what Spark and Arrow take without restoring.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import pyspark

HOME = pathlib.Path(pyspark.__file__).parent


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Cluster:
    """A master and workers, ended with all that they have started."""

    def __init__(self, workers, folder):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        self.url = f"spark://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "SPARK_HOME": str(HOME),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "PYSPARK_PYTHON": sys.executable,
            "SPARK_WORKER_DIR": str(self.folder / "work"),
            "SPARK_DAEMON_MEMORY": "256m",
        }
        master = ["--host", "127.0.0.1", "--port", self.port, "--webui-port", 0]
        self.master = self.start("master.Master", *master)
        self.wait_for_master()
        limits = ["--host", "127.0.0.1", "--cores", 1, "--memory", "1g", "--webui-port", 0]
        self.workers = [
            self.start("worker.Worker", *limits, self.url) for _ in range(workers)
        ]

    def start(self, name, *arguments):
        command = [str(HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}"]
        log = open(self.folder / f"{name}.{time.monotonic_ns()}.log", "wb")
        # A session of its own, so that its executors can be ended with it.
        return subprocess.Popen(
            [*command, *map(str, arguments)],
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def wait_for_master(self):
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError("the master does not answer")

    def kill(self, worker):
        """Kills a worker with its executors and their Python, at once."""
        os.killpg(self.workers[worker].pid, signal.SIGKILL)

    def stop(self):
        for process in [*self.workers, self.master]:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def session(self, name="unspin", **more):
        from pyspark.sql import SparkSession

        os.environ.update(SPARK_LOCAL_IP="127.0.0.1", PYSPARK_PYTHON=sys.executable)
        builder = SparkSession.builder.master(self.url).appName(name)
        settings = {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.memory": "1g",
            "spark.executor.memory": "512m",
            "spark.executor.cores": "1",
            "spark.sql.shuffle.partitions": "4",
            "spark.network.timeout": "60s",
            "spark.executor.heartbeatInterval": "5s",
            "spark.hadoop.fs.defaultFS": "file:///",
            **more,
        }
        for key, value in settings.items():
            builder = builder.config(key, value)
        return builder.getOrCreate()


def copied(given, column):
    """The same job without restoring."""
    import pyarrow
    from pyspark.sql import functions as F
    from pyspark.sql.types import StringType

    def copy(batches):
        for batch in batches:
            *columns, text = batch.columns
            reasons = pyarrow.nulls(batch.num_rows, pyarrow.string())
            columns += [text.cast(pyarrow.string(), safe=False), reasons]
            names = [*batch.schema.names[:-1], f"{column}_restored", "rejected"]
            yield pyarrow.RecordBatch.from_arrays(columns, names=names)

    new = given.schema.add(f"{column}_restored", StringType()).add("rejected", StringType())
    return given.withColumn("__bytes", F.col(column).cast("binary")).mapInArrow(copy, new)


def figures_of(table, column, restored=False):
    """Rows, and a sum over ids and texts that no order changes."""
    from pyspark.sql import functions as F

    mark = F.xxhash64("id", F.col(column).cast("binary")).cast("decimal(38)")
    wanted = [
        F.count(F.lit(1)).alias("rows"),
        F.countDistinct("id").alias("distinct_ids"),
        F.sum(mark).cast("string").alias("mark"),
        F.sum(F.octet_length(column)).alias("bytes"),
    ]
    if restored:
        words = F.size(F.split(F.trim(F.col(f"{column}_restored")), r"\s+"))
        wanted += [
            F.count("rejected").alias("rejected"),
            F.count(f"{column}_restored").alias("restored"),
            F.sum(words).alias("words"),
        ]
    return table.agg(*wanted).first().asDict()


def run(workers, source, output, kill=False, column="text", partitions=None, copy=False, **more):
    """Restores a table on a cluster; what went in, what came out and what it took."""
    import unspin.spark
    from meter import Meter

    folder = tempfile.mkdtemp(prefix="cluster-")
    cluster = Cluster(workers, folder)
    killed = []
    try:
        spark = cluster.session(**more)
        given = spark.read.parquet(str(source))
        rows_in = figures_of(given, column)
        given = given.repartition(partitions) if partitions else given
        restored = copied(given, column) if copy else unspin.spark.restore(given, column)
        tracker = spark.sparkContext.statusTracker()
        done = threading.Event()

        def watch():
            while not done.wait(0.2):
                for stage in tracker.getActiveStageIds():
                    info = tracker.getStageInfo(stage)
                    if info and info.numTasks > 3 and info.numCompletedTasks * 3 >= info.numTasks:
                        cluster.kill(0)
                        killed.append(f"{info.numCompletedTasks} of {info.numTasks} tasks done")
                        return

        thread = threading.Thread(target=watch)
        if kill:
            thread.start()
        meter = Meter(worker.pid for worker in cluster.workers)
        meter.begin()
        start = time.monotonic()
        restored.write.mode("overwrite").parquet(str(output))
        seconds = time.monotonic() - start
        used = meter.end()
        done.set()
        out = figures_of(spark.read.parquet(str(output)), column, restored=True)
        spark.stop()
        return {
            "workers": workers,
            "rows_in": rows_in.pop("rows"),
            "rows_out": out["rows"],
            "distinct_ids": out["distinct_ids"],
            "same": rows_in == {name: out[name] for name in rows_in},
            **{name: out[name] for name in ["rejected", "restored", "words", "bytes"]},
            "killed": killed[0] if killed else None,
            "seconds": round(seconds, 1),
            "words_per_second": round(out["words"] / seconds),
            "words_per_cpu_second": round(out["words"] / max(sum(used["cpu"].values()), 0.01)),
            **used,
        }
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--partitions", type=int)
    parser.add_argument("--kill", action="store_true")
    parser.add_argument("--copy", action="store_true")
    parser.add_argument("--split", default="128m", help="bytes of a file that make a task")
    args = parser.parse_args()
    figures = run(
        args.workers,
        args.input,
        args.output,
        args.kill,
        partitions=args.partitions,
        copy=args.copy,
        **{"spark.sql.files.maxPartitionBytes": args.split},
    )
    print(json.dumps(figures))
