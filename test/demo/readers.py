"""readers.py: independent readers of what penstock delivers: Kafka topics (with kcat), files, and the
indexes of a search engine. Standard library only."""
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse


class DemoError(Exception):
    """Something that the demo cannot go on without."""


def wait_until(condition, seconds, what, interval=0.02):
    """Polls condition until it is true; its value is returned."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise DemoError("%s: not within %g s" % (what, seconds))
        time.sleep(interval)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class TopicReader:
    """Reads all topics of a broker from their beginning and notes when each event arrived."""

    def __init__(self, bootstrap, seen):
        self.bootstrap = bootstrap
        self.seen = seen  # seen(arrival in seconds since 1970, topic, key, value)
        self.topics = self.list_topics()
        self.offsets = {}
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            ["kcat", "-q", "-u", "-J", "-b", bootstrap, "-X", "auto.offset.reset=earliest",
             "-X", "enable.auto.commit=false", "-G", "penstock-demo", *self.topics],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, start_new_session=True)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _kcat(self, *arguments):
        done = subprocess.run(["kcat", "-b", self.bootstrap, *arguments], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise DemoError("kcat: %s" % done.stderr.strip())
        return done.stdout

    def list_topics(self):
        listed = json.loads(self._kcat("-L", "-J"))["topics"]
        return {t["topic"]: len(t["partitions"]) for t in listed if not t["topic"].startswith("__")}

    def _read(self):
        for line in self.process.stdout:
            arrival = time.time()
            record = json.loads(line)
            self.seen(arrival, record["topic"], record["key"], record["payload"])
            self.offsets[record["topic"], record["partition"]] = record["offset"] + 1

    def ends(self):
        """{(topic, partition): offset of the next event}."""
        wanted = ["%s:%d:-1" % item for topic, count in self.topics.items() for item in
                  ((topic, partition) for partition in range(count))]
        found = {}
        for line in self._kcat("-Q", *[part for item in wanted for part in ("-t", item)]).splitlines():
            head, _, offset = line.rpartition(" offset ")  # topic [0] offset 12
            topic, _, partition = head.rpartition(" [")
            found[topic, int(partition.rstrip("]"))] = int(offset)
        return found

    def wait(self, seconds=30):
        """Waits until everything that is in the topics now was read."""
        ends = self.ends()

        def done():
            if self.process.poll() is not None:
                self.errors.seek(0)
                raise DemoError("kcat ended: %s" % self.errors.read().decode("utf-8", "replace").strip())
            return all(self.offsets.get(place, 0) >= end for place, end in ends.items())
        wait_until(done, seconds, "consumer has read everything")

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.errors.close()


class FileReader:
    """Follows the files of file sinks, with the interface of TopicReader."""

    def __init__(self, paths, seen):
        self.paths = paths
        self.seen = seen
        self.positions = {path: 0 for path in paths}
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._follow, daemon=True)
        self.thread.start()

    def _follow(self):
        while not self.stopped.wait(0.002):
            for path in self.paths:
                with open(path, encoding="utf-8") as file:
                    file.seek(self.positions[path])
                    text = file.read()
                arrival = time.time()
                whole = text[:text.rfind("\n") + 1]
                for line in whole.splitlines():
                    record = json.loads(line)
                    key, value = (None if record[name] is None else compact(record[name]) for name in ("key", "value"))
                    self.seen(arrival, record["topic"], key, value)
                self.positions[path] += len(whole.encode("utf-8"))

    def wait(self, seconds=30):
        wait_until(lambda: all(os.path.getsize(p) == self.positions[p] for p in self.paths), seconds, "files read")

    def close(self):
        self.stopped.set()
        self.thread.join()


class Index:
    """The indexes of a search engine, over one connection that is kept. For one thread."""

    def __init__(self, url):
        self.url = url.rstrip("/")
        place = urllib.parse.urlsplit(self.url)
        self.base = place.path
        self.connection = http.client.HTTPConnection(place.hostname, place.port or 9200, timeout=30)

    def get(self, path):
        """(status, decoded answer)."""
        self.connection.request("GET", self.base + path)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def document(self, index, identity):
        """The document as the engine keeps it, searchable yet or not; None: there is none."""
        status, answer = self.get("/%s/_doc/%s" % (index, urllib.parse.quote(identity, safe="")))
        return answer["_source"] if status == 200 else None

    def search(self, index, query):
        """{id: document} of what a search finds, 1000 at most."""
        status, answer = self.get("/%s/_search?size=1000&q=%s" % (index, urllib.parse.quote(query, safe="")))
        if status != 200:
            raise DemoError("search in %s: %s" % (index, compact(answer)[:500]))
        return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}

    def close(self):
        self.connection.close()


if __name__ == "__main__":
    sys.exit("readers.py is a library")
