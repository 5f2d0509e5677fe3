#include "snapshot_api.h"

#include "extension/pg/pg_guard.h"
#include "row_reader.h"
#include "stream.h"

extern "C" {
#include "catalog/pg_class.h"
#include "executor/tuptable.h"
}

namespace penstock::output {
namespace {

constexpr const char *kMarkers[] = {"true", "first", "first_in_data_collection",
                                    "last_in_data_collection", "last"};

void *Create(List *options, const PenstockEventWriter *writer, Purpose purpose) {
  const char *mismatch =
      PenstockAbiMismatch(&writer->abi, sizeof(PenstockEventWriter), PENSTOCK_BUILD_ID);
  if (mismatch != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("penstock.so and penstock_output.so do not belong together"),
                    errdetail("The event writer comes from %s.", mismatch),
                    errhint("Restart the server after upgrading the package.")));
  }
  Stream *stream = MakeStream(options, writer, purpose);
  FixedSettings settings;
  FixSettings(&settings);  // until the transaction of the snapshot, or of the SQL function, ends
  const int64 now = NowNanos();
  pg::RunCxx([&] { stream->encoder->BeginTransaction(0, now / 1000, {}, 0); });
  return stream;
}

void *CreateEncoder(List *options, const PenstockEventWriter *writer) {
  return Create(options, writer, Purpose::kSnapshot);
}

void *CreateRereadEncoder(List *options, const PenstockEventWriter *writer) {
  return Create(options, writer, Purpose::kReread);
}

uint32_t NameGiver(void *encoder, Relation relation) {
  return NamedRelation(OptionsOf(*static_cast<Stream *>(encoder)), relation, false);
}

bool TakesHeirs(void *encoder) { return OptionsOf(*static_cast<Stream *>(encoder)).quirks; }

bool CapturesRelation(void *encoder, Relation relation) {
  auto *stream = static_cast<Stream *>(encoder);
  const char kind = relation->rd_rel->relkind;
  if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) return false;
  if (relation->rd_rel->relpersistence != RELPERSISTENCE_PERMANENT) return false;
  if (NamedRelation(OptionsOf(*stream), relation, true) != RelationGetRelid(relation)) return false;
  // Today's catalogue is in force here, so the list of the past does not count.
  return LookupRelation(stream->relations, relation, PG_UINT64_MAX)->captured;
}

bool PassesFilter(const CachedRelation &entry, TupleTableSlot *slot) {
  if (entry.filter == nullptr) return true;
  slot_getallattrs(slot);
  return PassesStored(*entry.filter, slot->tts_values, slot->tts_isnull);
}

bool TakesRow(void *encoder, Relation relation, TupleTableSlot *slot) {
  auto *stream = static_cast<Stream *>(encoder);
  const CachedRelation *entry = LookupRelation(stream->relations, relation, PG_UINT64_MAX);
  return entry->captured && PassesFilter(*entry, slot);
}

bool TakesRowAgain(void *encoder, Relation relation, TupleTableSlot *slot) {
  auto *stream = static_cast<Stream *>(encoder);
  const CachedRelation *entry = LookupRelation(stream->relations, relation, PG_UINT64_MAX);
  return !entry->captured || PassesFilter(*entry, slot);
}

// The change lacks its row.
void WriteRow(Stream *stream, Relation relation, TupleTableSlot *slot, event::Change change) {
  MemoryContext old = MemoryContextSwitchTo(stream->change_context);
  CachedRelation *entry = LookupRelation(stream->relations, relation, PG_UINT64_MAX);
  if (entry->captured) {
    slot_getallattrs(slot);
    change.after = ReadStoredRow(*entry, slot->tts_values, slot->tts_isnull);
    EncodeChange(stream, *entry, change);
    const size_t count = stream->encoder->events().size();
    for (size_t i = 0; i < count; ++i) {
      PenstockEvent event = stream->encoder->events()[i];
      event.version_lsn = change.lsn;
      stream->writer->write(stream->writer->self, &event);
    }
  }
  MemoryContextSwitchTo(old);
  MemoryContextReset(stream->change_context);
}

void WriteSnapshotRow(void *encoder, Relation relation, TupleTableSlot *slot,
                      PenstockSnapshotMarker marker, uint64_t lsn, uint32_t xid) {
  auto *stream = static_cast<Stream *>(encoder);
  event::Change change;
  change.op = 'r';
  change.lsn = lsn;
  change.snapshot = kMarkers[marker];
  pg::RunCxx([&] { stream->encoder->SetXid(xid); });
  WriteRow(stream, relation, slot, change);
}

void WriteIncrementalRow(void *encoder, Relation relation, TupleTableSlot *slot, uint64_t lsn) {
  auto *stream = static_cast<Stream *>(encoder);
  event::Change change;
  change.op = 'r';
  change.lsn = lsn;
  change.shows_lsn = false;
  change.snapshot = "incremental";
  const int64 now = NowNanos();
  pg::RunCxx([&] { stream->encoder->BeginIncremental(now / 1000, lsn); });
  WriteRow(stream, relation, slot, change);
}

void CheckCondition(Relation relation, const char *text) { (void)ParseRowFilter(text, relation); }

void WriteRowAgain(void *encoder, Relation relation, TupleTableSlot *slot,
                   const PenstockRowRequest *request) {
  auto *stream = static_cast<Stream *>(encoder);
  event::Change change;
  change.op = request->op;
  change.lsn = request->lsn;
  pg::RunCxx(
      [&] { stream->encoder->BeginTransaction(request->xid, request->commit_time_us, {}, 0); });
  WriteRow(stream, relation, slot, change);
}

const PenstockOutputApi kApi = {
    {PENSTOCK_ABI_MAGIC, PENSTOCK_ABI_NUMBER, sizeof(PenstockOutputApi), PENSTOCK_BUILD_ID},
    CreateEncoder,
    CapturesRelation,
    TakesRow,
    WriteSnapshotRow,
    CreateRereadEncoder,
    WriteRowAgain,
    TakesRowAgain,
    NameGiver,
    TakesHeirs,
    WriteIncrementalRow,
    CheckCondition,
};

}  // namespace

void PublishSnapshotApi() {
  *find_rendezvous_variable(PENSTOCK_API_VARIABLE) = const_cast<PenstockOutputApi *>(&kApi);
}

}  // namespace penstock::output
