"""pypi.py: Python packages of pinned versions for the other tools, kept beside those of ./servers."""
import importlib
import os
import shutil
import subprocess
import sys
import tempfile

from pgserver import ServerError


def cache_directory():
    if os.environ.get("XDG_CACHE_HOME"):
        base = os.environ["XDG_CACHE_HOME"]
    else:
        base = "/var/cache" if os.geteuid() == 0 else os.path.expanduser("~/.cache")
    return os.path.join(base, "penstock-servers")


def need(name, version):
    """The module of that name, fetched on first use."""
    python = "%d.%d" % sys.version_info[:2]
    directory = os.path.join(cache_directory(), "pypi-%s-%s-%s" % (name, version, python))
    if not os.path.isdir(directory):
        if not shutil.which("pip3"):
            raise ServerError("pip3 is missing; install python3-pip")
        os.makedirs(cache_directory(), exist_ok=True)
        partial = tempfile.mkdtemp(prefix=".pypi", dir=cache_directory())
        done = subprocess.run(["pip3", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore",
                               "--target", partial, "%s==%s" % (name, version)],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(partial)
            raise ServerError("pip3 could not fetch %s: %s" % (name, done.stderr.strip()))
        subprocess.run(["chmod", "-R", "u+rwX,go+rX", partial], check=True)
        try:
            os.rename(partial, directory)
        except OSError:  # another process was faster
            shutil.rmtree(partial)
    sys.path.insert(0, directory)
    return importlib.import_module(name)


if __name__ == "__main__":
    sys.exit("pypi.py is a library")
