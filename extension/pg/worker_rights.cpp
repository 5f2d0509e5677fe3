// worker_rights.cpp: which tables the sink's owner may read now.
//
// While decoding, the catalogue shows the rights of the time of the change, which no later GRANT
// can mend: a sink that failed on a REVOKE would fail on the same change for ever. So the worker
// looks at today's catalogue before it decodes, and the plugin judges what is older by that list.
#include "pg_prelude.h"
#include "owner_rights.h"
// After the prelude.
extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/pg_class.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"
}
#include "shared_state.h"
#include "worker.h"

namespace {

int CompareOids(const void* a, const void* b) {
  const Oid left = *static_cast<const Oid*>(a);
  const Oid right = *static_cast<const Oid*>(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

}  // namespace

extern "C" void penstock_read_rights(PenstockWorker* worker) {
  int capacity = 64;
  worker->readable_count = 0;
  worker->readable =
      static_cast<uint32_t*>(MemoryContextAlloc(TopMemoryContext, capacity * sizeof(uint32_t)));
  worker->readable_lsn = GetXLogInsertRecPtr();
  StartTransactionCommand();
  PushActiveSnapshot(GetTransactionSnapshot());
  Relation catalog = table_open(RelationRelationId, AccessShareLock);
  SysScanDesc scan = systable_beginscan(catalog, InvalidOid, false, nullptr, 0, nullptr);
  HeapTuple tuple;
  while (HeapTupleIsValid(tuple = systable_getnext(scan))) {
    auto form = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple));
    if (form->relkind != RELKIND_RELATION && form->relkind != RELKIND_PARTITIONED_TABLE) continue;
    if (form->relpersistence != RELPERSISTENCE_PERMANENT) continue;
    if (penstock::pg::OwnerMayRead(form->oid, worker->row.owner) != penstock::pg::ReadRight::kYes) {
      continue;
    }
    if (worker->readable_count == static_cast<uint32>(capacity)) {
      capacity *= 2;
      worker->readable =
          static_cast<uint32_t*>(repalloc(worker->readable, capacity * sizeof(uint32_t)));
    }
    worker->readable[worker->readable_count++] = form->oid;
  }
  systable_endscan(scan);
  table_close(catalog, AccessShareLock);
  PopActiveSnapshot();
  CommitTransactionCommand();
  qsort(worker->readable, worker->readable_count, sizeof(uint32_t), CompareOids);
}
