// fake_elastic.h: as much of Elasticsearch as the sink asks for: indexes of one shard with settings
// and mappings, aliases, documents with external versions, bulk requests. Answers can be replaced.
#ifndef PENSTOCK_TEST_FAKE_ELASTIC_H
#define PENSTOCK_TEST_FAKE_ELASTIC_H

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http_server.h"

namespace penstock::test {

class FakeElastic {
 public:
  struct Document {
    uint64_t version = 0;
    std::string source;  // empty: deleted
    std::string routing;
  };
  struct Index {
    std::string uuid;
    std::string refresh_interval;
    std::string meta;        // JSON of _meta, or empty
    std::string properties;  // JSON of the last mapping's
    std::map<std::string, Document> documents;
    int64_t seq_no = 0;
    int refreshes = 0;
  };
  // The answer to a request, instead of ours.
  using Override = std::function<std::optional<ServerAnswer>(const ServerRequest&)>;
  // Status and error of one bulk item, instead of ours.
  struct ItemError {
    int status;
    std::string type;
    std::string reason;
  };
  using ItemOverride =
      std::function<std::optional<ItemError>(const std::string& index, const std::string& id)>;

  FakeElastic() : server_([this](const ServerRequest& request) { return Answer(request); }) {}

  std::string url() const { return server_.url(); }
  HttpServer& server() { return server_; }

  // Runs with the server standing still.
  template <typename Function>
  auto With(Function function) {
    const std::lock_guard<std::mutex> lock(server_.mutex());
    return function(*this);
  }

  std::string Source(const std::string& index, const std::string& id) {
    return With([&](FakeElastic& self) { return self.indexes[index].documents[id].source; });
  }

  void MakeIndex(const std::string& name, const std::string& meta = "") {
    With([&](FakeElastic& self) { self.NewIndex(name)->meta = meta; });
  }

  std::map<std::string, Index> indexes;
  std::map<std::string, std::vector<std::string>> aliases;  // the last index is written to
  Override on_request;
  ItemOverride on_item;
  bool auto_create = true;
  int bulks = 0;

 private:
  static std::string Text(const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return buffer.GetString();
  }

  static ServerAnswer Error(int status, const std::string& type, const std::string& reason) {
    ServerAnswer answer;
    answer.status = status;
    answer.body = R"({"error":{"type":")" + type + R"(","reason":")" + reason + R"("},"status":0})";
    return answer;
  }

  static ServerAnswer Ok(std::string body = "{\"acknowledged\":true}", int status = 200) {
    ServerAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    return answer;
  }

  Index* NewIndex(const std::string& name) {
    Index& index = indexes[name];
    index = Index();
    index.uuid = "uuid" + std::to_string(++made_);
    return &index;
  }

  ServerAnswer Answer(const ServerRequest& request) {
    if (on_request) {
      if (std::optional<ServerAnswer> answer = on_request(request)) return *answer;
    }
    std::vector<std::string> parts;
    const std::string path = request.path.substr(1, request.path.find('?') - 1);
    for (size_t at = 0; at <= path.size();) {
      const size_t end = std::min(path.find('/', at), path.size());
      parts.push_back(path.substr(at, end - at));
      at = end + 1;
    }
    if (parts[0] == "_bulk") return Bulk(request.body);
    if (parts[0] == "_mapping") return Ok(Markers());
    if (parts.size() == 3) return StateDocument(request, parts[0], parts[2]);
    if (request.method == "PUT" && parts.size() == 1) return Create(parts[0], request.body);
    if (aliases.count(parts[0]) != 0) return OfAlias(request, parts[0], parts.size() > 1);
    if (indexes.count(parts[0]) == 0) return Error(404, "index_not_found_exception", "no index");
    return OfIndex(request, parts[0], parts.size() > 1 ? parts[1] : "");
  }

  ServerAnswer Create(const std::string& name, const std::string& text) {
    if (indexes.count(name) != 0) return Error(400, "resource_already_exists_exception", "there");
    rapidjson::Document body;
    body.Parse(text.c_str());
    if (body.HasParseError()) return Error(400, "parse_exception", "no JSON");
    Index* index = NewIndex(name);
    if (body["settings"].HasMember("index.refresh_interval")) {
      index->refresh_interval = body["settings"]["index.refresh_interval"].GetString();
    }
    ReadMapping(body["mappings"], index);
    return Ok();
  }

  static void ReadMapping(const rapidjson::Value& mapping, Index* index) {
    if (mapping.HasMember("_meta")) index->meta = Text(mapping["_meta"]);
    if (mapping.HasMember("properties")) index->properties = Text(mapping["properties"]);
  }

  ServerAnswer OfIndex(const ServerRequest& request, const std::string& name,
                       const std::string& what) {
    Index& index = indexes[name];
    if (what == "_refresh") {
      ++index.refreshes;
    } else if (what == "_mapping" || what == "_settings") {
      rapidjson::Document body;
      body.Parse(request.body.c_str());
      if (what == "_mapping") {
        ReadMapping(body, &index);
      } else {
        const rapidjson::Value& interval = body["index"]["refresh_interval"];
        index.refresh_interval = interval.IsNull() ? "" : interval.GetString();
      }
    } else if (request.method == "DELETE") {
      indexes.erase(name);
    } else {
      return Ok("{" + Facts(name, index) + "}");
    }
    return Ok();
  }

  // Whatever changes something reaches every index behind the alias: none of it is ever wanted.
  ServerAnswer OfAlias(const ServerRequest& request, const std::string& alias, bool more) {
    if (request.method != "GET" || more) {
      return Error(400, "illegal_argument_exception", "this would reach every index");
    }
    std::string body;
    for (const std::string& name : aliases[alias]) {
      const bool writes = name == aliases[alias].back();
      body += (body.empty() ? "" : ",") +
              Facts(name, indexes[name],
                    "\"aliases\":{\"" + alias +
                        "\":{\"is_write_index\":" + (writes ? "true" : "false") + "}},");
    }
    return Ok("{" + body + "}");
  }

  static std::string Facts(const std::string& name, const Index& index,
                           const std::string& front = "") {
    std::string settings = "\"uuid\":\"" + index.uuid + "\"";
    if (!index.refresh_interval.empty()) {
      settings += ",\"refresh_interval\":\"" + index.refresh_interval + "\"";
    }
    std::string mappings;
    if (!index.meta.empty()) mappings += "\"_meta\":" + index.meta;
    if (!index.properties.empty()) {
      mappings += (mappings.empty() ? "" : ",") + ("\"properties\":" + index.properties);
    }
    return "\"" + name + "\":{" + front + "\"mappings\":{" + mappings +
           "},\"settings\":{\"index\":{" + settings + "}}}";
  }

  std::string Markers() const {
    std::string body;
    for (const auto& [name, index] : indexes) {
      if (index.meta.empty()) continue;
      body += (body.empty() ? "" : ",") +
              ("\"" + name + "\":{\"mappings\":{\"_meta\":" + index.meta + "}}");
    }
    return "{" + body + "}";
  }

  ServerAnswer StateDocument(const ServerRequest& request, const std::string& index,
                             const std::string& id) {
    if (indexes.count(index) == 0) return Error(404, "index_not_found_exception", "no index");
    Document& document = indexes[index].documents[id];
    if (request.method == "PUT") {
      document.source = request.body;
      return Ok("{\"result\":\"created\"}", 201);
    }
    if (document.source.empty()) return Ok("{\"found\":false}", 404);
    return Ok("{\"found\":true,\"_source\":" + document.source + "}");
  }

  ServerAnswer Bulk(const std::string& body) {
    ++bulks;
    std::string items;
    for (size_t at = 0; at < body.size();) {
      const size_t end = body.find('\n', at);
      rapidjson::Document action;
      action.Parse(body.substr(at, end - at).c_str());
      if (end == std::string::npos || action.HasParseError()) {
        return Error(400, "illegal_argument_exception", "malformed action");
      }
      at = end + 1;
      const bool is_delete = action.HasMember("delete");
      std::string source;
      if (!is_delete) {
        source = body.substr(at, body.find('\n', at) - at);
        at = body.find('\n', at) + 1;
      }
      items += (items.empty() ? "" : ",") + Item(action.MemberBegin()->value, source);
    }
    return Ok("{\"errors\":false,\"items\":[" + items + "]}");
  }

  std::string Item(const rapidjson::Value& action, const std::string& source) {
    std::string name = action["_index"].GetString();
    if (aliases.count(name) != 0) name = aliases[name].back();
    const std::string id = action["_id"].GetString();
    const char* kind = source.empty() ? "delete" : "index";
    std::optional<ItemError> error = on_item ? on_item(name, id) : std::nullopt;
    if (!error && indexes.count(name) == 0) {
      if (auto_create) {
        NewIndex(name);
      } else {
        error = ItemError{404, "index_not_found_exception", "no such index"};
      }
    }
    if (!error) error = Write(name, id, action, source);
    const std::string start = std::string("{\"") + kind + "\":{\"status\":";
    if (error->type.empty()) {
      return start + std::to_string(error->status) +
             ",\"_seq_no\":" + std::to_string(indexes[name].seq_no++) + "}}";
    }
    return start + std::to_string(error->status) + ",\"error\":{\"type\":\"" + error->type +
           "\",\"reason\":\"" + error->reason + "\"}}}";
  }

  ItemError Write(const std::string& name, const std::string& id, const rapidjson::Value& action,
                  const std::string& source) {
    Document& document = indexes[name].documents[id];
    const uint64_t version = action["version"].GetUint64();
    if (version < document.version) {
      return {409, "version_conflict_engine_exception", "newer"};
    }
    const bool was_there = !document.source.empty();
    document.version = version;
    document.source = source;
    document.routing = action.HasMember("routing") ? action["routing"].GetString() : "";
    if (source.empty()) return {was_there ? 200 : 404, "", ""};
    return {was_there ? 200 : 201, "", ""};
  }

  int made_ = 0;
  HttpServer server_;  // last: its threads use the rest
};

}  // namespace penstock::test

#endif
