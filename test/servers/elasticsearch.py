"""elasticsearch.py: a search engine of ./servers and an independent reader for the other tools."""
import decimal
import http.client
import json
import sys
import urllib.parse

from pgserver import ServerError
from starter import Started


def decode(text):
    return json.loads(text, parse_float=decimal.Decimal)


class Node(Started):
    """A node in a directory of its own; name is elasticsearch, opensearch or opensearch3."""

    def __init__(self, directory, port, name="elasticsearch"):
        super().__init__(name, directory, port)
        self.url = "http://127.0.0.1:%d" % port

    # --- requests -----------------------------------------------------------------------------

    def request(self, method, path, body=None, expect=(200, 201)):
        """The answer, decoded. Numbers with a fraction are decimal.Decimal: they keep all their digits."""
        status, answer = self.raw(method, path, body)
        if status not in expect:
            raise ServerError("%s %s: %d %s" % (method, path, status, answer[:500]))
        return decode(answer)

    def raw(self, method, path, body=None):
        """(HTTP status, text). The body is text, or anything json can write."""
        if body is not None and not isinstance(body, str):
            body = json.dumps(body)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body.encode("utf-8") if body is not None else None,
                               {"Content-Type": "application/json"} if body is not None else {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            connection.close()

    # --- reading ------------------------------------------------------------------------------

    @staticmethod
    def path(index, *rest):
        return "/" + "/".join([urllib.parse.quote(index, safe="*,"), *rest])

    def indices(self):
        """Names of the indices, those of the engine itself left out."""
        names = self.request("GET", "/_cat/indices?format=json&h=index")
        return sorted(item["index"] for item in names if not item["index"].startswith("."))

    def exists(self, index):
        return self.raw("HEAD", self.path(index))[0] == 200

    def refresh(self, index):
        """Makes everything that was indexed so far visible to searches."""
        self.request("POST", self.path(index, "_refresh"))

    def count(self, index, refresh=True):
        if refresh:
            self.refresh(index)
        return self.request("GET", self.path(index, "_count"))["count"]

    def document(self, index, identity, routing=None):
        """The document with this _id as the engine keeps it (not a search: needs no refresh), or None."""
        suffix = "?routing=" + urllib.parse.quote(routing, safe="") if routing is not None else ""
        status, answer = self.raw("GET", self.path(index, "_doc", urllib.parse.quote(identity, safe="")) + suffix)
        if status == 404:
            return None
        if status != 200:
            raise ServerError("GET %s %s: %d %s" % (index, identity, status, answer[:500]))
        return decode(answer)

    def search(self, index, query=None, **body):
        """The hits of a search: text goes to ?q=, anything else is a query of the engine's language."""
        if isinstance(query, str):
            path = self.path(index, "_search?size=1000&q=" + urllib.parse.quote(query, safe=""))
            answer = self.request("GET", path)
        else:
            answer = self.request("POST", self.path(index, "_search"),
                                  {"size": 1000, "query": query or {"match_all": {}}, **body})
        return answer["hits"]["hits"]

    def documents(self, index, page=2000, version=True):
        """All documents of an index, one hit after the other, however many there are."""
        self.refresh(index)
        answer = self.request("POST", self.path(index, "_search?scroll=5m"),
                              {"size": page, "sort": ["_doc"], "version": version})
        try:
            while answer["hits"]["hits"]:
                yield from answer["hits"]["hits"]
                answer = self.request("POST", "/_search/scroll", {"scroll": "5m", "scroll_id": answer["_scroll_id"]})
        finally:
            self.request("DELETE", "/_search/scroll", {"scroll_id": answer["_scroll_id"]}, expect=(200, 404))


if __name__ == "__main__":
    sys.exit("elasticsearch.py is a library")
