// secret_name.h: which options may hold a secret, whatever their rows say.
#ifndef PENSTOCK_CORE_SECRET_NAME_H
#define PENSTOCK_CORE_SECRET_NAME_H

#include <string_view>

namespace penstock {

bool SoundsSecret(std::string_view name);

}  // namespace penstock

#endif
