// plugin.cpp: the callbacks of the logical-decoding output plugin penstock_output.
//
// Each callback is plain C in spirit: values are read with backend calls into plain data, then C++
// encodes them without any backend call (inside pg::RunCxx), then the events are handed over. So no
// ERROR ever jumps over a C++ destructor.
#include "event/json_text.h"
#include "stream.h"

#include "extension/pg/failpoint.h"
#include "extension/pg/pg_compat.h"
#include "extension/pg/pg_guard.h"
#include "reread.h"
#include "row_reader.h"
#include "snapshot_api.h"
#include "type_shape.h"
#include "watch.h"

extern "C" {
#include "mb/pg_wchar.h"
#include "replication/logical.h"
#include "replication/origin.h"
#include "replication/output_plugin.h"
#include "replication/walsender.h"
#include "utils/lsyscache.h"

PG_MODULE_MAGIC;

void _PG_init(void);
void _PG_output_plugin_init(OutputPluginCallbacks *callbacks);
}

namespace penstock::output {
namespace {

// output_plugin_private of a decoding context.
struct Plugin {
  Stream *stream;  // NULL while a slot is being created
  FixedSettings settings;
  bool message_open;  // output.batch.bytes: a message of the stream has been begun
};

Plugin *PluginOf(LogicalDecodingContext *context) {
  return static_cast<Plugin *>(context->output_plugin_private);
}

// The sink worker's writer when this process is one.
const PenstockEventWriter *FindWriter() {
  auto *writer =
      static_cast<PenstockEventWriter *>(*find_rendezvous_variable(PENSTOCK_WRITER_VARIABLE));
  if (writer == nullptr) return nullptr;
  const char *mismatch =
      PenstockAbiMismatch(&writer->abi, sizeof(PenstockEventWriter), PENSTOCK_BUILD_ID);
  if (mismatch != nullptr) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("penstock.so and penstock_output.so do not belong together"),
                    errdetail("The event writer comes from %s.", mismatch),
                    errhint("Restart the server after upgrading the package.")));
  }
  return writer;
}

// ---- text output, for clients without a writer -------------------------------------------------

void AppendText(LogicalDecodingContext *context, const char *text, uint32 size) {
  if (GetDatabaseEncoding() == PG_UTF8 || size == 0) {
    appendBinaryStringInfo(context->out, text, static_cast<int>(size));
    return;
  }
  const char *converted = pg_any_to_server(text, static_cast<int>(size), PG_UTF8);
  const int length =
      converted == text ? static_cast<int>(size) : static_cast<int>(strlen(converted));
  appendBinaryStringInfo(context->out, converted, length);
}

void AppendQuoted(LogicalDecodingContext *context, const char *text, uint32 size) {
  event::Buffer *buffer = nullptr;
  pg::RunCxx([&] {
    static event::Buffer quoted;  // one per process, reused
    quoted.Clear();
    event::AppendString(quoted, std::string_view(text, size));
    buffer = &quoted;
  });
  AppendText(context, buffer->data(), static_cast<uint32>(buffer->size()));
}

void AppendJsonOrNull(LogicalDecodingContext *context, const char *json, uint32 size) {
  if (json == nullptr) {
    appendStringInfoString(context->out, "null");
  } else {
    AppendText(context, json, size);
  }
}

// {"topic":…,"key":…,"value":…,"headers":{…}}, with partition and timestamp behind the topic where
// they are set, and the bytes of key and value as they are. A document's key is its id as a string;
// its routing and the table's mapping are added, the mapping to the first event that is printed
// after the table changed.
void AppendRecord(LogicalDecodingContext *context, const PenstockEvent &event,
                  CachedRelation *relation) {
  appendStringInfoString(context->out, "{\"topic\":");
  AppendQuoted(context, event.topic, event.topic_len);
  if (event.partition >= 0) appendStringInfo(context->out, ",\"partition\":%d", event.partition);
  if (event.timestamp_ms >= 0) {
    appendStringInfo(context->out, ",\"timestamp\":" INT64_FORMAT, event.timestamp_ms);
  }
  appendStringInfoString(context->out, ",\"key\":");
  if (event.mapping != nullptr) {
    AppendQuoted(context, event.key, event.key_len);
    if (event.routing != nullptr) {
      appendStringInfoString(context->out, ",\"routing\":");
      AppendQuoted(context, event.routing, event.routing_len);
    }
    if (!relation->mapping_shown) {
      relation->mapping_shown = true;
      appendStringInfoString(context->out, ",\"mapping\":");
      AppendText(context, event.mapping, event.mapping_len);
    }
  } else {
    AppendJsonOrNull(context, event.key, event.key_len);
  }
  appendStringInfoString(context->out, ",\"value\":");
  AppendJsonOrNull(context, event.value, event.value_len);
  appendStringInfoString(context->out, ",\"headers\":{");
  for (uint32 i = 0; i < event.header_count; ++i) {
    const PenstockHeader &header = event.headers[i];
    if (i != 0) appendStringInfoChar(context->out, ',');
    AppendQuoted(context, header.name, static_cast<uint32>(strlen(header.name)));
    appendStringInfoChar(context->out, ':');
    if (header.value == nullptr) {
      appendStringInfoString(context->out, "null");
    } else {
      AppendQuoted(context, header.value, header.value_len);
    }
  }
  appendStringInfoString(context->out, "}}");
}

void CloseMessage(LogicalDecodingContext *context) {
  if (!PluginOf(context)->message_open) return;
  PluginOf(context)->message_open = false;
  OutputPluginWrite(context, true);
}

// Each event is a message of its own, or a line of one when the options allow larger messages: a
// walsender flushes its socket after every message, which costs more than making the event.
void WriteText(LogicalDecodingContext *context, const Stream &stream, const PenstockEvent &event,
               CachedRelation *relation) {
  const bool record = OptionsOf(stream).output == event::Output::kRecord;
  if (!record && event.value == nullptr) return;  // an envelope stream has no tombstones
  Plugin *plugin = PluginOf(context);
  if (plugin->message_open) {
    appendStringInfoChar(context->out, '\n');
  } else {
    OutputPluginPrepareWrite(context, true);
    plugin->message_open = true;
  }
  if (record) {
    AppendRecord(context, event, relation);
  } else {
    AppendText(context, event.value, event.value_len);
  }
  if (!am_walsender || context->out->len >= OptionsOf(stream).batch_bytes) CloseMessage(context);
}

// What the events of a change come from. relation: NULL for messages.
struct ChangeSource {
  CachedRelation *entry;
  Relation relation;
  HeapTuple old_tuple, new_tuple;
  ChangeMark mark;
};

// Asks the table where the WAL does not say enough for a document. False: there is no event.
bool CompleteEvent(const Stream &stream, const ChangeSource &source, int index,
                   PenstockEvent *event) {
  if (index == stream.encoder->incomplete()) {
    return FetchNewRow(stream, *source.entry, source.relation, source.old_tuple, source.new_tuple,
                       source.mark, event);
  }
  if (index == stream.encoder->doubtful()) {
    FetchRowOfKey(stream, *source.entry, source.relation, source.old_tuple, source.mark, event);
  }
  return true;
}

// Hands the encoder's events over. version: end of the transaction's commit record.
void Emit(LogicalDecodingContext *context, XLogRecPtr version, const ChangeSource &source) {
  Stream *stream = PluginOf(context)->stream;
  const size_t count = stream->encoder->events().size();
  for (size_t i = 0; i < count; ++i) {
    PenstockEvent event = stream->encoder->events()[i];
    event.version_lsn = version;
    if (!CompleteEvent(*stream, source, static_cast<int>(i), &event)) continue;
    if (stream->writer != nullptr) {
      stream->writer->write(stream->writer->self, &event);
    } else {
      WriteText(context, *stream, event, source.entry);
    }
  }
}

// ---- callbacks ----------------------------------------------------------------------------------

void StartupCallback(LogicalDecodingContext *context, OutputPluginOptions *options, bool is_init) {
  auto *plugin = static_cast<Plugin *>(MemoryContextAllocZero(context->context, sizeof(Plugin)));
  context->output_plugin_private = plugin;
  options->output_type = OUTPUT_PLUGIN_TEXTUAL_OUTPUT;
  options->receive_rewrites = false;
  if (is_init) return;  // nothing is decoded before the slot is read from
  MemoryContext old = MemoryContextSwitchTo(context->context);
  plugin->stream = MakeStream(context->output_plugin_options, FindWriter(), Purpose::kStream);
  FixSettings(&plugin->settings);
  MemoryContextSwitchTo(old);
}

void ShutdownCallback(LogicalDecodingContext *context) {
  Plugin *plugin = PluginOf(context);
  RestoreSettings(&plugin->settings);
}

// xmin.fetch.interval.ms: the slot is this process's own, so its fields need no lock.
void RefreshXmin(Stream *stream) {
  const int64 interval_ms = OptionsOf(*stream).xmin_interval_ms;
  if (interval_ms == 0 || MyReplicationSlot == nullptr) return;
  const int64 now = NowNanos();
  if (stream->xmin_time != 0 && now - stream->xmin_time < interval_ms * 1000000) return;
  stream->xmin_time = now;
  stream->encoder->SetXmin(MyReplicationSlot->data.catalog_xmin);
}

void BeginCallback(LogicalDecodingContext *context, ReorderBufferTXN *txn) {
  Stream *stream = PluginOf(context)->stream;
  const char *origin = "";
  char *name = nullptr;
  if (txn->origin_id != InvalidRepOriginId && replorigin_by_oid(txn->origin_id, true, &name)) {
    origin = ToUtf8(name);
  }
  const int64 commit_us = UnixMicros(txn->xact_time.commit_time);
  RefreshXmin(stream);
  BeginRelations(stream->relations);
  pg::RunCxx(
      [&] { stream->encoder->BeginTransaction(txn->xid, commit_us, origin, txn->origin_lsn); });
  stream->transaction_begun = false;
  if (stream->writer != nullptr) stream->writer->begin(stream->writer->self, txn->xid);
}

// provide.transaction.metadata: before the first change that Debezium would have been told of, also
// of a table that is not captured. Transactions without one pass unseen.
void BeginRecords(LogicalDecodingContext *context, const ReorderBufferTXN *txn, XLogRecPtr lsn) {
  Stream *stream = PluginOf(context)->stream;
  if (stream->transaction_begun || !OptionsOf(*stream).transaction_metadata) return;
  stream->transaction_begun = true;
  pg::RunCxx([=] { return stream->encoder->EncodeTransactionBegin(lsn); });
  Emit(context, txn->end_lsn, {});
}

// Debezium's own publication lacks the operations that are skipped, but for the truncates that it
// skips by default.
void AnnounceChange(LogicalDecodingContext *context, const ReorderBufferTXN *txn,
                    const CachedRelation &entry, char operation, XLogRecPtr lsn) {
  const event::EventOptions &options = OptionsOf(*PluginOf(context)->stream);
  const bool published =
      !options.publication.empty() || options.skips_by_default || !options.Skips(operation);
  if (entry.announced && published) BeginRecords(context, txn, lsn);
}

void EndRecords(LogicalDecodingContext *context, const ReorderBufferTXN *txn) {
  Stream *stream = PluginOf(context)->stream;
  if (!stream->transaction_begun) return;
  stream->transaction_begun = false;
  MemoryContext old = MemoryContextSwitchTo(stream->change_context);
  pg::RunCxx([=] { return stream->encoder->EncodeTransactionEnd(txn->end_lsn); });
  Emit(context, txn->end_lsn, {});
  MemoryContextSwitchTo(old);
  MemoryContextReset(stream->change_context);
}

void CommitCallback(LogicalDecodingContext *context, ReorderBufferTXN *txn, XLogRecPtr) {
  Stream *stream = PluginOf(context)->stream;
  EndRecords(context, txn);
  CloseMessage(context);
  SweepRelations(stream->relations);
  stream->encoder->EndTransaction(txn->end_lsn);
  if (stream->writer != nullptr) {
    stream->writer->commit(stream->writer->self, txn->end_lsn,
                           UnixMicros(txn->xact_time.commit_time));
  }
}

// True when the logged old row does not hold the key of the event.
bool LacksKey(const Stream &stream, const CachedRelation &relation) {
  return !OptionsOf(stream).quirks && !relation.plan->key_in_old_row;
}

// A change as it is captured: a row filter may make another operation of it.
struct Captured {
  char op;  // c, u or d; '\0': it is not captured
  HeapTuple old_tuple, new_tuple;
};

// True when the change carries no usable old row although its operation needs one.
bool LacksIdentity(const Stream &stream, const Captured &change, const CachedRelation &relation) {
  switch (change.op) {
    case 'd':
      return change.old_tuple == nullptr || LacksKey(stream, relation);
    case 'u':
      return !relation.has_identity || LacksKey(stream, relation);
    default:
      return false;
  }
}

// identity.missing: fail, or count and go on. True when the change is to be left out.
bool HandleMissingIdentity(Stream *stream, CachedRelation *entry, Relation relation,
                           char operation) {
  const event::EventOptions &options = OptionsOf(*stream);
  if (options.identity_missing == event::IdentityMissing::kFail) {
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("table \"%s.%s\" has no replica identity for its updates and deletes",
                    get_namespace_name(RelationGetNamespace(relation)),
                    RelationGetRelationName(relation)),
             options.document.addressing
                 ? errdetail("Old rows must hold the id of the document, and what routes it.")
                 : 0,
             errhint("Use penstock.set_replica_identity or ALTER TABLE … REPLICA IDENTITY FULL, or "
                     "identity.missing=skip.")));
  }
  if (stream->writer != nullptr) stream->writer->lacking(stream->writer->self, entry->relid);
  if (!entry->warned_identity) {
    entry->warned_identity = true;
    ereport(LOG, (errmsg("table \"%s.%s\" has no replica identity: its deletes are skipped and its "
                         "updates sent without old values",
                         get_namespace_name(RelationGetNamespace(relation)),
                         RelationGetRelationName(relation))));
  }
  return operation == 'd';
}

Captured Capture(const CachedRelation &relation, ReorderBufferChange *change) {
  Captured captured = {'\0', OldTupleCompat(change), NewTupleCompat(change)};
  const PublishedActions &actions = relation.actions;
  switch (change->action) {
    case REORDER_BUFFER_CHANGE_UPDATE:
      if (actions.updates) captured.op = 'u';
      break;
    case REORDER_BUFFER_CHANGE_DELETE:
      if (actions.deletes) captured.op = 'd';
      break;
    default:
      if (actions.inserts) captured.op = 'c';
  }
  if (captured.op != '\0' && relation.filter != nullptr) {
    captured.op =
        FilterChange(*relation.filter, captured.op, captured.old_tuple, captured.new_tuple);
    if (captured.op == 'd') captured.new_tuple = nullptr;
  }
  return captured;
}

// Encodes and hands over the change of a captured relation. The old tuple of a create, which is an
// update that entered the filter, is of use for large values alone.
void WriteChange(LogicalDecodingContext *context, const ReorderBufferTXN *txn,
                 const ChangeSource &source) {
  Stream *stream = PluginOf(context)->stream;
  const CachedRelation &entry = *source.entry;
  const RowPair rows =
      ReadChange(entry, RelationGetDescr(source.relation), source.old_tuple, source.new_tuple);
  event::Change decoded;
  decoded.op = source.mark.op;
  decoded.lsn = source.mark.lsn;
  // Without its key an old row cannot tell whether the key changed.
  const bool unusable = decoded.op == 'c' || (decoded.op == 'u' && LacksKey(*stream, entry));
  decoded.before = unusable ? nullptr : rows.before;
  decoded.after = rows.after;
  EncodeChange(stream, entry, decoded);
  Emit(context, txn->end_lsn, source);
}

// A transaction may have millions of changes that are nobody's, and decodes in one go.
void PassOver(Stream *stream) {
  constexpr uint32 kTold = 1024;
  if (++stream->passed_over % kTold == 0 && stream->writer != nullptr) {
    stream->writer->passed(stream->writer->self);
  }
}

void ChangeCallback(LogicalDecodingContext *context, ReorderBufferTXN *txn, Relation relation,
                    ReorderBufferChange *change) {
  Stream *stream = PluginOf(context)->stream;
  pg::FailpointPg("plugin_change");
  MemoryContext old = MemoryContextSwitchTo(stream->change_context);
  CachedRelation *entry = LookupRelation(stream->relations, relation, change->lsn);
  const RowImages images = {txn->xid, OldTupleCompat(change), NewTupleCompat(change)};
  if (entry->is_signal && change->action == REORDER_BUFFER_CHANGE_INSERT) {
    ReportSignal(*stream, relation, images.new_tuple, txn->end_lsn);
  }
  const Captured captured = Capture(*entry, change);
  const bool skipped = captured.op == '\0' || OptionsOf(*stream).Skips(captured.op);
  if (captured.op != '\0') AnnounceChange(context, txn, *entry, captured.op, change->lsn);
  bool wanted = entry->captured && !skipped;
  if (wanted && LacksIdentity(*stream, captured, *entry)) {
    // Signals are inserted; what becomes of them later must not stop the stream.
    wanted = !entry->is_signal && !HandleMissingIdentity(stream, entry, relation, captured.op);
  }
  if (wanted) {
    WriteChange(context, txn,
                {entry,
                 relation,
                 captured.old_tuple,
                 captured.new_tuple,
                 {txn->xid, captured.op, change->lsn, UnixMicros(txn->xact_time.commit_time)}});
    // A change that has no event takes the place of no row.
    if (!stream->encoder->events().empty()) ReportTouched(*stream, *entry, relation, images);
  } else {
    PassOver(stream);
  }
  MemoryContextSwitchTo(old);
  MemoryContextReset(stream->change_context);
}

void TruncateCallback(LogicalDecodingContext *context, ReorderBufferTXN *txn, int count,
                      Relation relations[], ReorderBufferChange *change) {
  Stream *stream = PluginOf(context)->stream;
  MemoryContext old = MemoryContextSwitchTo(stream->change_context);
  for (int i = 0; i < count; ++i) {
    CachedRelation *entry = LookupRelation(stream->relations, relations[i], change->lsn);
    ReportTruncated(*stream, *entry, txn->xid);
    // A partition published through its root is truncated with the root or not at all.
    if (!entry->actions.truncates || entry->named_relid != entry->relid) continue;
    AnnounceChange(context, txn, *entry, 't', change->lsn);
    if (!entry->captured) continue;
    event::Change decoded;
    decoded.op = 't';
    decoded.lsn = change->lsn;
    EncodeChange(stream, *entry, decoded);
    Emit(context, txn->end_lsn, {entry, relations[i], nullptr, nullptr, {}});
  }
  MemoryContextSwitchTo(old);
  MemoryContextReset(stream->change_context);
}

void MessageCallback(LogicalDecodingContext *context, ReorderBufferTXN *txn, XLogRecPtr lsn,
                     bool transactional, const char *prefix, Size size, const char *message) {
  Stream *stream = PluginOf(context)->stream;
  // A message is no document and changes no field.
  if (OptionsOf(*stream).document.addressing ||
      OptionsOf(*stream).format == event::Format::kPivot) {
    return;
  }
  MemoryContext old = MemoryContextSwitchTo(stream->change_context);
  // Messages outside transactions come without one, and converting texts reads the catalogue.
  const bool own_transaction = !IsTransactionState() && GetDatabaseEncoding() != PG_UTF8;
  if (own_transaction) {
    StartTransactionCommand();
    MemoryContextSwitchTo(stream->change_context);
  }
  uint32 prefix_size = static_cast<uint32>(strlen(prefix));
  prefix = ToUtf8(prefix, &prefix_size);
  const int64 now = NowNanos();
  if (transactional) BeginRecords(context, txn, lsn);
  bool wanted = false;
  pg::RunCxx([&]() -> Status {
    const event::EventOptions &options = stream->encoder->options();
    const std::string_view name(prefix, prefix_size);
    wanted = options.message_prefix_include.empty() ? !options.message_prefix_exclude.Matches(name)
                                                    : options.message_prefix_include.Matches(name);
    if (!wanted) return {};
    return stream->encoder->EncodeMessage(name, std::string_view(message, size), transactional, lsn,
                                          now);
  });
  if (wanted) {
    const XLogRecPtr version = transactional ? txn->end_lsn : context->reader->EndRecPtr;
    Emit(context, version, {nullptr, nullptr, nullptr, nullptr, {}});
  }
  if (!transactional) {  // no commit follows: it is a transaction of its own, ending with its
                         // record
    CloseMessage(context);
    if (wanted && stream->writer != nullptr) {
      stream->writer->commit(stream->writer->self, context->reader->EndRecPtr, now / 1000);
    }
  }
  if (own_transaction) CommitTransactionCommand();
  MemoryContextSwitchTo(old);
  MemoryContextReset(stream->change_context);
}

bool FilterOriginCallback(LogicalDecodingContext *context, RepOriginId origin) {
  const Stream *stream = PluginOf(context)->stream;
  return stream != nullptr && OptionsOf(*stream).capture_local_only && origin != InvalidRepOriginId;
}

}  // namespace
}  // namespace penstock::output

extern "C" void _PG_init(void) { penstock::output::PublishSnapshotApi(); }

extern "C" void _PG_output_plugin_init(OutputPluginCallbacks *callbacks) {
  using namespace penstock::output;
  callbacks->startup_cb = StartupCallback;
  callbacks->begin_cb = BeginCallback;
  callbacks->change_cb = ChangeCallback;
  callbacks->truncate_cb = TruncateCallback;
  callbacks->commit_cb = CommitCallback;
  callbacks->message_cb = MessageCallback;
  callbacks->filter_by_origin_cb = FilterOriginCallback;
  callbacks->shutdown_cb = ShutdownCallback;
}
