// kafka_jaas.cpp: see kafka_jaas.h. The grammar is Java's: module flag (name=value)* ';', values
// quoted with " or ' (backslash escapes) or bare.
#include "kafka_jaas.h"

#include <utility>

#include "../core/option.h"

namespace penstock::sink {
namespace {

constexpr char kPlain[] = "org.apache.kafka.common.security.plain.PlainLoginModule";
constexpr char kScram[] = "org.apache.kafka.common.security.scram.ScramLoginModule";

Status Bad(const char* what) {
  return {StatusCode::kInvalidOption,
          std::string("invalid value for option \"sasl.jaas.config\": ") + what,
          "Use PlainLoginModule or ScramLoginModule with username and password, or the options "
          "sasl.username and sasl.password."};
}

// A word up to white space, '=' or ';'.
std::string_view TakeWord(std::string_view* rest) {
  *rest = Trim(*rest);
  const std::string_view word = rest->substr(0, rest->find_first_of(" \t\r\n=;"));
  rest->remove_prefix(word.size());
  return word;
}

bool TakeValue(std::string_view* rest, std::string* value) {
  *rest = Trim(*rest);
  if (rest->empty()) return false;
  const char quote = rest->front();
  if (quote != '"' && quote != '\'') {
    *value = std::string(TakeWord(rest));
    return !value->empty();
  }
  value->clear();
  for (size_t i = 1; i < rest->size(); ++i) {
    const char c = (*rest)[i];
    if (c == quote) {
      rest->remove_prefix(i + 1);
      return true;
    }
    if (c == '\\' && i + 1 < rest->size()) {
      value->push_back((*rest)[++i]);
    } else {
      value->push_back(c);
    }
  }
  return false;
}

Status TakeOptions(std::string_view rest, JaasLogin* login) {
  for (rest = Trim(rest); !rest.empty() && rest.front() != ';'; rest = Trim(rest)) {
    const std::string_view name = TakeWord(&rest);
    rest = Trim(rest);
    if (name.empty() || rest.empty() || rest.front() != '=') return Bad("name=value is expected");
    rest.remove_prefix(1);
    std::string value;
    if (!TakeValue(&rest, &value)) return Bad("a value is not complete");
    if (name == "username") {
      login->username = std::move(value);
    } else if (name == "password") {
      login->password = std::move(value);
    } else {
      return Bad("only username and password are supported");
    }
  }
  if (rest.empty()) return Bad("the closing semicolon is missing");
  if (Trim(rest.substr(1)).size() > 0) return Bad("only one login module is supported");
  return {};
}

}  // namespace

Result<JaasLogin> ParseJaas(std::string_view text) {
  JaasLogin login;
  const std::string_view module = TakeWord(&text);
  login.scram = module == kScram;
  if (!login.scram && module != kPlain) return Bad("the login module is not supported");
  const std::string_view flag = TakeWord(&text);
  if (!EqualsIgnoreCase(flag, "required") && !EqualsIgnoreCase(flag, "requisite") &&
      !EqualsIgnoreCase(flag, "sufficient") && !EqualsIgnoreCase(flag, "optional")) {
    return Bad("\"required\" is expected after the login module");
  }
  if (Status status = TakeOptions(text, &login); !status.ok()) return status;
  if (login.username.empty() || login.password.empty()) {
    return Bad("username and password are needed");
  }
  return login;
}

}  // namespace penstock::sink
