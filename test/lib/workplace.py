"""workplace.py: where the tests build and run: a private copy of PostgreSQL with both modules
installed, and directories for what the suites write.
"""
import fcntl
import filecmp
import hashlib
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "test", "servers"))

from pgserver import PgServer  # noqa: E402

CPUS = os.cpu_count() or 2
SOURCE_SUFFIXES = (".h", ".c", ".cpp", ".mk", ".map", ".sql", ".control", ".sh", "Makefile")


class CheckError(Exception):
    """Something without which no suite can run."""


class Work:
    """Directory of the run: the private PostgreSQL, logs, what the suites write. A run with a name
    (another major, a build with sanitizers) has its own of each."""

    def __init__(self, name=""):
        self.name = name
        suffix = "-" + name if name else ""
        self.prefix, user = PgServer._unprivileged()
        self.dir = os.path.join(ROOT, "build", "check" + suffix)
        if self.prefix:
            # The server's user cannot count on reaching this tree.
            tree = hashlib.sha256(ROOT.encode()).hexdigest()[:8]
            self.dir = "/tmp/penstock-check-%s%s" % (tree, suffix)
            self._own(self.dir)
        os.makedirs(self.dir, mode=0o755, exist_ok=True)
        os.chmod(self.dir, 0o755)
        self.owner = user.pw_uid, user.pw_gid
        self.logs = os.path.join(ROOT, "build", "log", name)
        os.makedirs(self.logs, exist_ok=True)
        self.source = os.path.join(ROOT, "build", "source" + suffix)
        self.pg = os.path.join(self.dir, "pg")
        self.pg_config = None

    @staticmethod
    def _own(path):
        """A name in /tmp can be taken by others: only a directory of ours is used."""
        try:
            os.mkdir(path, 0o755)
        except FileExistsError:
            status = os.lstat(path)
            if status.st_uid != os.geteuid() or os.path.islink(path) or not os.path.isdir(path):
                raise CheckError("%s is not ours; remove it" % path) from None

    def lock(self):
        """Two runs would install over each other."""
        self.lock_file = open(os.path.join(self.dir, "lock"), "w", encoding="utf-8")
        try:
            fcntl.flock(self.lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("waiting for another run in this tree", flush=True)
            fcntl.flock(self.lock_file, fcntl.LOCK_EX)

    def config(self, option):
        return run_quietly([self.pg_config, option]).strip()

    def scratch(self, name, source=None):
        """A fresh directory that belongs to the server's user, with a copy of source folders."""
        path = os.path.join(self.dir, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        for folder in source or ():
            if os.path.isdir(os.path.join(ROOT, folder)):
                shutil.copytree(os.path.join(ROOT, folder), os.path.join(path, folder))
        for directory, _, files in os.walk(path):
            for each in [directory] + [os.path.join(directory, name) for name in files]:
                os.chown(each, *self.owner)
        return path


def run_quietly(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        raise CheckError("%s:\n%s" % (" ".join(command), (done.stdout + done.stderr)[-8000:]))
    return done.stdout


def build(work, product=False, variables=()):
    """Installs both modules into the private PostgreSQL: the product itself, built in this tree, or
    with failpoints, built in a copy, so that a later "make install" finds nothing of them."""
    work.pg_config = shutil.which(os.environ.get("PG_CONFIG") or "pg_config")
    if not work.pg_config:
        raise CheckError("no %s" % (os.environ.get("PG_CONFIG") or "pg_config"))
    copy_postgres(work)
    root = ROOT if product else copy_sources(work.source)
    command = ["make", "-s", "-C", root, "PG_CONFIG=" + work.pg_config, *variables]
    command += [] if product else ["FAILPOINTS=1"]
    run_quietly(command + ["-j%d" % CPUS, "all"])
    run_quietly(command + ["install"])


def copy_sources(target):
    """Keeps what was built from sources that did not change."""
    wanted = {"Makefile"}
    for folder in ("extension", "output_plugin", "test/lib"):
        for directory, _, files in os.walk(os.path.join(ROOT, folder)):
            wanted.update(os.path.relpath(os.path.join(directory, name), ROOT)
                          for name in files if name.endswith(SOURCE_SUFFIXES))
    for folder in ("extension", "output_plugin"):
        for directory, _, files in os.walk(os.path.join(target, folder)):
            for path in (os.path.join(directory, name) for name in files if name.endswith(SOURCE_SUFFIXES)):
                if os.path.relpath(path, target) not in wanted:
                    os.unlink(path)
    for path in wanted:
        source, copy = os.path.join(ROOT, path), os.path.join(target, path)
        # With a time of its own: a source saved while we compiled is older than the object, yet not in it.
        if not os.path.exists(copy) or not filecmp.cmp(source, copy, shallow=False):
            os.makedirs(os.path.dirname(copy), exist_ok=True)
            shutil.copyfile(source, copy)
            shutil.copymode(source, copy)
    return target


def folders_of_postgres(work):
    """What makes a server: all of a folder that holds nothing else, or what a package spread."""
    bindir, *others = [work.config(o) for o in ("--bindir", "--pkglibdir", "--sharedir", "--includedir-server")]
    prefix = os.path.dirname(bindir)
    if prefix not in ("/usr", "/usr/local") and all(path.startswith(prefix + "/") for path in others):
        return [prefix]
    return [bindir] + others[:2]


def copy_postgres(work):
    """A relocated copy: PostgreSQL finds its files relative to its programs."""
    folders = folders_of_postgres(work)
    bindir, headers = work.pg + work.config("--bindir"), work.config("--includedir-server")
    version = "\n".join([work.config("--version")] + folders)
    stamp = os.path.join(work.pg, "version")
    if not (os.path.exists(stamp) and open(stamp, encoding="utf-8").read() == version):
        shutil.rmtree(work.pg, ignore_errors=True)
        for folder in folders:
            if not os.path.exists(work.pg + folder):
                # Links within one folder stay links; a package's may lead out of what is copied.
                shutil.copytree(folder, work.pg + folder, symlinks=len(folders) == 1, ignore_dangling_symlinks=True)
        if not os.path.exists(work.pg + headers):
            os.makedirs(os.path.dirname(work.pg + headers), exist_ok=True)
            os.symlink(headers, work.pg + headers)
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(version)
    work.pg_config = os.path.join(bindir, "pg_config")
    if not work.name:
        link_postgres(work)


def link_postgres(work):
    """Where the tools below test/ look by themselves."""
    link = os.path.join(ROOT, "build", "pg")
    if os.path.islink(link):
        os.unlink(link)
    os.symlink(work.pg, link)
