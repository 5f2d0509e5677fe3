// connect_translator.h: what those share that turn a connector's properties into options.
#ifndef PENSTOCK_CORE_CONNECT_TRANSLATOR_H
#define PENSTOCK_CORE_CONNECT_TRANSLATOR_H

#include <string>
#include <utility>

#include "connect_config.h"

namespace penstock {

class ConnectTranslator {
 protected:
  ConnectTranslator(OptionMap* properties, ConnectConfig* result)
      : properties_(properties), result_(result) {}

  void Error(const std::string& option, Status status) {
    result_->errors.push_back({option, std::move(status), {}});
  }
  void Error(const std::string& option, StatusCode code, std::string message,
             std::string hint = {}) {
    Error(option, Status(code, std::move(message), std::move(hint)));
  }
  void Notice(const std::string& option, std::string text) {
    result_->notices.push_back({option, Status(), std::move(text)});
  }

  // The value of a property, which is taken out. False: it is not given.
  bool Take(const std::string& name, std::string* value) {
    const auto found = properties_->find(name);
    if (found == properties_->end()) return false;
    *value = found->second;
    properties_->erase(found);
    return true;
  }

  OptionMap* properties_;
  ConnectConfig* result_;
};

}  // namespace penstock

#endif
