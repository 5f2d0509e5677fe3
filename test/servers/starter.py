"""starter.py: what kafka.py and elasticsearch.py share, a server of ./servers in a directory of its own."""
import os
import subprocess
import sys

from pgserver import ServerError

SERVERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "servers")


class Started:
    """One server (name: as ./servers calls it)."""

    def __init__(self, name, directory, port):
        self.name = name
        self.directory = directory
        self.port = port

    def call(self, action, *arguments):
        done = subprocess.run([SERVERS, action, self.name, "--dir", self.directory, *arguments],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ServerError(done.stderr.strip().replace("servers: ", "", 1))
        return done.stdout.strip()

    def up(self, *settings):
        extra = [part for setting in settings for part in ("--set", setting)]
        return self.call("up", "--port", str(self.port), *extra)

    def down(self, wipe=False):
        return self.call("down", *(["--wipe"] if wipe else []))

    def kill(self):
        """SIGKILL of all its processes; up starts it again on its data."""
        return self.call("kill")


if __name__ == "__main__":
    sys.exit("starter.py is a library")
