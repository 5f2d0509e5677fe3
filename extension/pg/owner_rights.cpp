#include "owner_rights.h"

extern "C" {
#include "utils/acl.h"
#include "utils/rls.h"
}

namespace penstock::pg {

ReadRight OwnerMayRead(Oid relation, Oid owner) {
  if (pg_class_aclcheck(relation, owner, ACL_SELECT) != ACLCHECK_OK &&
      pg_attribute_aclcheck_all(relation, owner, ACL_SELECT, ACLMASK_ALL) != ACLCHECK_OK) {
    return ReadRight::kNoSelect;
  }
  return check_enable_rls(relation, owner, true) == RLS_ENABLED ? ReadRight::kRowSecurity
                                                                : ReadRight::kYes;
}

}  // namespace penstock::pg
