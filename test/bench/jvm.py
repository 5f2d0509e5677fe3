"""jvm.py: the Java processes of the bench. Broker and search engine are those of test/servers, with
the heap and the collector of their own start scripts instead of a test's; and Kafka Connect."""
import hashlib
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

from measure import HERE, ROOT, ServerError, cpu_seconds
from pgserver import free_port

# As Kafka's start scripts have it; the heap is theirs too.
KAFKA_JVM = ["-server", "-XX:+UseG1GC", "-XX:MaxGCPauseMillis=20", "-XX:InitiatingHeapOccupancyPercent=35",
             "-XX:+ExplicitGCInvokesConcurrent", "-Djava.awt.headless=true"]
BROKER_HEAP = ["-Xms1g", "-Xmx1g"]
CONNECT_HEAP = ["-Xms256m", "-Xmx2g"]
SEARCH_JVM = ["-Xms2g", "-Xmx2g", "-XX:+UseG1GC"]


def load_servers():
    """test/servers/servers as a module of its own: each one may have other flags."""
    path = os.path.join(ROOT, "test", "servers", "servers")
    loader = importlib.machinery.SourceFileLoader("servers", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("servers", loader))
    loader.exec_module(module)
    return module


class Node:
    """A server of test/servers (name as there) with JVM flags of the bench."""

    def __init__(self, name, directory, flags):
        self.servers = load_servers()
        self.servers.JAVA_FLAGS[:] = [*flags, "-XX:-UsePerfData"]
        self.server = self.servers.SERVERS[name]
        self.directory = os.path.join(directory, name)
        self.place = self.servers.Place(directory, self.server)
        self.port = None
        self.pid = None

    def up(self):
        """Starts it on a free port; up already: does nothing."""
        if self.pid:
            return
        try:
            self.servers.fetch(self.server)
            self.port = free_port()
            self.servers.up(self.place, self.port, {}, 120)
        except self.servers.Trouble as trouble:
            raise ServerError(trouble) from trouble
        self.pid = self.place.read()[0]

    def down(self):
        self.servers.down(self.place, wipe=True)
        self.pid = None

    def cpu_s(self):
        """All its processes: some servers are started by a launcher that stays."""
        return sum(cpu_seconds(int(path.split("/")[2])) or 0 for path in self.servers.members(self.pid))


class Broker(Node):
    def __init__(self, directory):
        super().__init__("kafka", directory, [*BROKER_HEAP, *KAFKA_JVM])

    @property
    def bootstrap(self):
        self.up()
        return "127.0.0.1:%d" % self.port

    def topic_bytes(self, topic):
        """What partition 0 takes on disk."""
        directory = os.path.join(self.directory, "data", topic + "-0")
        return sum(os.path.getsize(os.path.join(directory, name)) for name in os.listdir(directory)
                   if name.endswith(".log"))


class Search(Node):
    def __init__(self, directory):
        super().__init__("elasticsearch", directory, SEARCH_JVM)


# --- Kafka Connect ------------------------------------------------------------------------------


def fetch_connect(servers):
    """The directory with the jars of pom.xml, filled on first use."""
    pom = os.path.join(HERE, "pom.xml")
    with open(pom, "rb") as file:
        directory = os.path.join(servers.cache_directory(), "debezium-" + hashlib.sha256(file.read()).hexdigest()[:12])
    if not shutil.which("mvn"):
        raise ServerError("Maven is missing; install maven")
    with servers.Lock(os.path.join(servers.cache_directory(), ".debezium-lock")):
        if not os.path.isdir(directory):
            print("fetching Debezium", flush=True)
            partial = tempfile.mkdtemp(prefix=".debezium", dir=servers.cache_directory())
            done = subprocess.run(
                ["mvn", "-B", "-q", "-Dstyle.color=never", "-f", pom, "dependency:copy-dependencies",
                 "-DincludeScope=runtime", "-DoutputDirectory=" + partial],
                env=dict(os.environ, JAVA_HOME=servers.java_home(17)), stdin=subprocess.DEVNULL, stdout=sys.stderr,
                check=False)
            if done.returncode != 0 or not os.listdir(partial):
                shutil.rmtree(partial)
                raise ServerError("Maven could not fetch Debezium")
            os.rename(partial, directory)
    return directory


def write_properties(path, values):
    with open(path, "w", encoding="utf-8") as file:
        for item in values.items():
            file.write("%s=%s\n" % item)


class Connect:
    """Kafka Connect standalone with one connector, from its start to close(), which may be called again."""

    def __init__(self, directory, worker, connector):
        servers = load_servers()
        jars = fetch_connect(servers)
        self.directory = tempfile.mkdtemp(prefix="connect-", dir=directory)
        self.log = os.path.join(self.directory, "log")
        paths = [os.path.join(self.directory, name) for name in ("worker.properties", "connector.properties")]
        write_properties(paths[0], dict({
            "listeners": "http://127.0.0.1:%d" % free_port(),
            "key.converter": "org.apache.kafka.connect.json.JsonConverter",
            "value.converter": "org.apache.kafka.connect.json.JsonConverter",
            "key.converter.schemas.enable": "false", "value.converter.schemas.enable": "false",
            "offset.storage.file.filename": os.path.join(self.directory, "offsets")}, **worker))
        write_properties(paths[1], connector)
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [os.path.join(servers.java_home(17), "bin", "java"), *CONNECT_HEAP, *KAFKA_JVM,
                 "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", os.path.join(jars, "*"),
                 "org.apache.kafka.connect.cli.ConnectStandalone", *paths],
                cwd=self.directory, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.pid = self.process.pid

    def cpu_s(self):
        return cpu_seconds(self.pid)

    def log_tail(self):
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-25:])

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit("jvm.py is a library")
