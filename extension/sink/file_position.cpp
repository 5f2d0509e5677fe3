// file_position.cpp: see file_position.h.
#include "file_position.h"

#include <map>

#include "../core/option.h"

namespace penstock::sink {
namespace {

constexpr char kMagic[] = "penstock file position 1";

uint64_t Fnv1a(std::string_view text) {
  uint64_t hash = 14695981039346656037u;
  for (const char c : text) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1099511628211u;
  }
  return hash;
}

// Names may hold any byte, line ends included.
std::string Hex(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : text) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

void Line(std::string* text, const char* name, const std::string& value) {
  *text += std::string(name) + '=' + value + '\n';
}

bool ParseUint(const std::map<std::string, std::string>& fields, const char* name,
               uint64_t* value) {
  const auto found = fields.find(name);
  if (found == fields.end()) return false;
  // LSNs and offsets stay below 2^63.
  int64_t number = -1;
  if (!ParseInt64(found->second, &number) || number < 0) return false;
  *value = static_cast<uint64_t>(number);
  return true;
}

bool ParseHex(const std::map<std::string, std::string>& fields, const char* name,
              std::string* value) {
  const auto found = fields.find(name);
  if (found == fields.end() || found->second.size() % 2 != 0) return false;
  value->clear();
  for (size_t i = 0; i < found->second.size(); i += 2) {
    int byte = 0;
    for (const char c : found->second.substr(i, 2)) {
      const size_t digit = std::string_view("0123456789abcdef").find(c);
      if (digit == std::string_view::npos) return false;
      byte = byte * 16 + static_cast<int>(digit);
    }
    value->push_back(static_cast<char>(byte));
  }
  return true;
}

}  // namespace

std::string FormatFilePosition(const FilePosition& position) {
  std::string text = std::string(kMagic) + '\n';
  Line(&text, "sink", Hex(position.identity.sink_name));
  Line(&text, "system", Hex(position.identity.system_identifier));
  Line(&text, "slot", Hex(position.identity.slot_name));
  Line(&text, "slot_start_lsn", std::to_string(position.identity.slot_start_lsn));
  Line(&text, "snapshot_offset", std::to_string(position.snapshot_offset));
  Line(&text, "streaming", position.streaming ? "1" : "0");
  Line(&text, "position_lsn", std::to_string(position.position_lsn));
  Line(&text, "offset", std::to_string(position.offset));
  const uint64_t checksum = Fnv1a(text) >> 1;
  Line(&text, "checksum", std::to_string(checksum));
  return text;
}

bool ParseFilePosition(std::string_view text, FilePosition* position) {
  const size_t last = text.rfind("checksum=");
  if (last == std::string_view::npos) return false;
  std::map<std::string, std::string> fields;
  for (const std::string& line : SplitList(text, '\n')) {
    const size_t equals = line.find('=');
    if (equals != std::string::npos) fields[line.substr(0, equals)] = line.substr(equals + 1);
  }
  uint64_t checksum = 0;
  uint64_t streaming = 0;
  Identity& identity = position->identity;
  const bool complete = ParseUint(fields, "checksum", &checksum) &&
                        ParseHex(fields, "sink", &identity.sink_name) &&
                        ParseHex(fields, "system", &identity.system_identifier) &&
                        ParseHex(fields, "slot", &identity.slot_name) &&
                        ParseUint(fields, "slot_start_lsn", &identity.slot_start_lsn) &&
                        ParseUint(fields, "snapshot_offset", &position->snapshot_offset) &&
                        ParseUint(fields, "streaming", &streaming) &&
                        ParseUint(fields, "position_lsn", &position->position_lsn) &&
                        ParseUint(fields, "offset", &position->offset);
  position->streaming = streaming != 0;
  return complete && text.substr(0, sizeof(kMagic) - 1) == kMagic &&
         checksum == Fnv1a(text.substr(0, last)) >> 1;
}

bool SameSink(const Identity& a, const Identity& b) {
  return a.sink_name == b.sink_name && a.system_identifier == b.system_identifier &&
         a.slot_name == b.slot_name;
}

}  // namespace penstock::sink
