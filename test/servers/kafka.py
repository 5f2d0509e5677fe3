"""kafka.py: a Kafka broker of ./servers and an independent consumer (kcat) for the other tools."""
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from pgserver import ServerError, wait_until
from starter import Started


def need_kcat():
    if not shutil.which("kcat"):
        raise ServerError("kcat is missing; install kcat")


class Broker(Started):
    """A broker in a directory of its own."""

    def __init__(self, directory, port):
        super().__init__("kafka", directory, port)
        self.bootstrap = "127.0.0.1:%d" % port


def partitions(bootstrap):
    """{topic: number of partitions}, Kafka's own topics left out."""
    done = subprocess.run(["kcat", "-b", bootstrap, "-L", "-J"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerError("kcat: %s" % done.stderr.strip())
    return {t["topic"]: len(t["partitions"]) for t in json.loads(done.stdout)["topics"]
            if not t["topic"].startswith("__consumer") and not t["topic"].startswith("__transaction")}


def end_offsets(bootstrap, topics=None):
    """{(topic, partition): offset of the next event}."""
    known = partitions(bootstrap)
    wanted = ["%s:%d:-1" % (topic, partition) for topic in (known if topics is None else topics)
              for partition in range(known.get(topic, 0))]
    if not wanted:
        return {}
    query = [part for item in wanted for part in ("-t", item)]
    done = subprocess.run(["kcat", "-b", bootstrap, "-Q", *query], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise ServerError("kcat: %s" % done.stderr.strip())
    ends = {}
    for line in done.stdout.splitlines():  # topic [0] offset 12
        head, _, offset = line.rpartition(" offset ")
        topic, _, partition = head.rpartition(" [")
        ends[topic, int(partition.rstrip("]"))] = int(offset)
    return ends


class Reader:
    """Reads topics from their beginning in a process of its own and notes when each event arrived."""

    def __init__(self, bootstrap, topics, group="penstock-test", seen=None):
        need_kcat()
        self.bootstrap = bootstrap
        self.topics = list(topics)
        self.events = []  # (arrival in seconds since 1970, kcat's JSON record)
        self.offsets = {}
        self.seen = seen
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["kcat", "-q", "-u", "-J", "-b", bootstrap, "-X", "auto.offset.reset=earliest",
             "-X", "enable.auto.commit=false", "-X", "topic.metadata.refresh.interval.ms=1000",
             "-G", group, *self.topics],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, start_new_session=True)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        for line in self.process.stdout:
            arrival = time.time()
            record = json.loads(line)
            self.events.append((arrival, record))
            self.offsets[record["topic"], record["partition"]] = record["offset"] + 1
            if self.seen:
                self.seen(arrival, record)

    def wait(self, seconds=30):
        """Waits until everything that is in the topics now was read."""
        ends = end_offsets(self.bootstrap, self.topics)

        def done():
            if self.process.poll() is not None:
                self.errors.seek(0)
                raise ServerError("kcat ended: %s" % self.errors.read().decode("utf-8", "replace").strip())
            return all(self.offsets.get(place, 0) >= end for place, end in ends.items())
        wait_until(done, seconds, "consumer has read everything")

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.errors.close()


def read_new(bootstrap, topics, offsets):
    """The events from offsets (a dictionary, moved on) to the present end, as kcat's JSON records,
    in order within each partition. Used where the time of arrival does not matter."""
    need_kcat()
    records = []
    for (topic, partition), end in sorted(end_offsets(bootstrap, topics).items()):
        start = offsets.get((topic, partition), 0)
        if start >= end:
            continue
        done = subprocess.run(["kcat", "-q", "-J", "-C", "-e", "-b", bootstrap, "-t", topic, "-p", str(partition),
                               "-o", str(start), "-c", str(end - start)], capture_output=True, check=False)
        if done.returncode != 0:
            raise ServerError("kcat: %s" % done.stderr.decode("utf-8", "replace").strip())
        records += [json.loads(line) for line in done.stdout.splitlines()]
        offsets[topic, partition] = end
    return records


if __name__ == "__main__":
    sys.exit("kafka.py is a library")
