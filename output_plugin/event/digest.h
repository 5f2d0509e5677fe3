// digest.h: message digests of column.mask.hash. The event code has no dependencies, so they are
// here.
#ifndef PENSTOCK_EVENT_DIGEST_H
#define PENSTOCK_EVENT_DIGEST_H

#include <string>
#include <string_view>

namespace penstock::event {

constexpr int kMaxDigestBytes = 64;

struct Digest {
  const char* name;  // Java's
  int bytes;
  void (*compute)(std::string_view message, char* digest);
};

// By the name that Java's MessageDigest knows, in any case; nullptr: not one of ours.
const Digest* FindDigest(std::string_view name);

// The names, for messages: "MD5, SHA-1, …".
std::string DigestNames();

// java.util.UUID.nameUUIDFromBytes: a UUID of version 3, from the MD5 of a name.
std::string NameUuid(std::string_view name);

}  // namespace penstock::event

#endif
