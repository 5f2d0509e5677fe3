"""registry.py: a schema registry of ./servers and its interface for the other tools."""
import http.client
import json
import sys
import urllib.parse

from pgserver import ServerError
from starter import Started

PATH = "/apis/ccompat/v7"


class Registry(Started):
    """A registry in a directory of its own. It keeps its schemas in memory."""

    def __init__(self, directory, port):
        super().__init__("registry", directory, port)
        self.url = "http://127.0.0.1:%d%s" % (port, PATH)

    def request(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, PATH + path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/vnd.schemaregistry.v1+json"})
            answer = connection.getresponse()
            text = answer.read().decode("utf-8")
        finally:
            connection.close()
        if answer.status != 200:
            raise ServerError("%s %s: %d %s" % (method, path, answer.status, text[:500]))
        return json.loads(text)

    def subjects(self):
        return sorted(self.request("GET", "/subjects"))

    def versions(self, subject):
        return self.request("GET", "/subjects/%s/versions" % urllib.parse.quote(subject, safe=""))

    def schema(self, identity):
        """The text of the schema with this id."""
        return self.request("GET", "/schemas/ids/%d" % identity)["schema"]

    def set_compatibility(self, subject, rule):
        self.request("PUT", "/config/" + urllib.parse.quote(subject, safe=""), {"compatibility": rule})


if __name__ == "__main__":
    sys.exit("registry.py is a library")
