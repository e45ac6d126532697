"""A standalone Spark cluster on loopback, and what happens when a worker is killed.

    python python/tests/cluster.py --input pages.parquet --workers 2 --kill

starts a master and workers of a core and a GB each, runs the job, kills one worker with
its executor once a third of the tasks are done, and counts the rows that come out.
"""

import argparse
import json
import os
import pathlib
import resource
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


def run(workers, source, output, kill=False, column="text", partitions=None):
    """Restores a table on a cluster; what went in and what came out."""
    import unspin.spark
    from pyspark.sql import functions as F

    folder = tempfile.mkdtemp(prefix="cluster-")
    cluster = Cluster(workers, folder)
    killed = []
    try:
        spark = cluster.session()
        given = spark.read.parquet(str(source))
        given = given.repartition(partitions) if partitions else given
        rows_in = spark.read.parquet(str(source)).count()
        restored = unspin.spark.restore(given, column)
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
        start = time.monotonic()
        restored.write.mode("overwrite").parquet(str(output))
        seconds = time.monotonic() - start
        done.set()
        out = spark.read.parquet(str(output))
        words = F.size(F.split(F.trim(F.col(column)), r"\s+"))
        figures = out.agg(
            F.count(F.lit(1)).alias("rows_out"),
            F.countDistinct("id").alias("distinct_ids"),
            F.count("rejected").alias("rejected"),
            F.count("text_restored").alias("restored"),
            F.sum(words).alias("words"),
            F.sum(F.length(column)).alias("characters"),
        ).first().asDict()
        spark.stop()
        return {
            "workers": workers,
            "rows_in": rows_in,
            **figures,
            "killed": killed[0] if killed else None,
            "seconds": round(seconds, 1),
            "words_per_second": round(figures["words"] / seconds),
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
    args = parser.parse_args()
    figures = run(args.workers, args.input, args.output, args.kill, partitions=args.partitions)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures["children_cpu_seconds"] = round(used.ru_utime + used.ru_stime, 1)
    print(json.dumps(figures))
