// event_encoder.h: from a change of a row to the events it becomes.
#ifndef PENSTOCK_EVENT_EVENT_ENCODER_H
#define PENSTOCK_EVENT_EVENT_ENCODER_H

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "avro_schema.h"
#include "buffer.h"
#include "metadata.h"
#include "output_plugin/rendezvous.h"
#include "pivot_writer.h"
#include "plan.h"
#include "transaction_metadata.h"

namespace penstock::event {

// One change of one row. Arrays are parallel to plan.columns.
struct Change {
  char op = 'c';  // c, u, d, r, t
  uint64_t lsn = 0;
  const char* snapshot = "false";
  bool shows_lsn = true;               // source.lsn is not null
  const FieldValue* before = nullptr;  // nullptr: no old row was logged
  const FieldValue* after = nullptr;
};

// Encodes changes; one per stream. Not thread-safe. Memory of the events belongs to the encoder and
// is valid until the next call.
class EventEncoder {
 public:
  EventEncoder(EventOptions options, const std::string& database, const std::string& version);

  const EventOptions& options() const { return options_; }

  void BeginTransaction(uint32_t xid, int64_t commit_us, std::string_view origin,
                        uint64_t origin_lsn);
  // provide.transaction.metadata: the record before a transaction's first event, and that after its
  // last. lsn: of its first change; the end of its commit record.
  Status EncodeTransactionBegin(uint64_t lsn);
  Status EncodeTransactionEnd(uint64_t lsn);

  // source.xmin of the transactions from here on; 0: null.
  void SetXmin(uint32_t xmin) { xmin_ = xmin; }

  // Rows of an incremental snapshot belong to no transaction and have no position of their own;
  // lsn: for source.sequence.
  void BeginIncremental(int64_t now_us, uint64_t lsn);

  // Of snapshot rows, which come without a transaction of their own.
  void SetXid(uint32_t xid) { transaction_.SetXid(xid); }

  // end_lsn becomes the first half of the next events' source.sequence.
  void EndTransaction(uint64_t end_lsn) { previous_end_lsn_ = end_lsn; }

  // Appends the events of a change: none (skipped), one, or for a delete or a key change up to
  // three. kDataError: a value cannot be expressed and event.converting.failure.handling.mode is
  // fail. now_ns: wall clock.
  Status Encode(const RelationPlan& plan, const Change& change, int64_t now_ns);

  // A logical message; not_transactional: its own time is now_ns and it has no transaction id.
  Status EncodeMessage(std::string_view prefix, std::string_view content, bool transactional,
                       uint64_t lsn, int64_t now_ns);

  // The events of the last call.
  const std::vector<PenstockEvent>& events() const { return events_; }

  // Of documents, the event among them that needs a look at the table, or -1.
  // Its row lacks an unchanged large value; value is NULL all the same.
  int incomplete() const { return incomplete_; }
  // It deletes a row whose key another row may have by now.
  int doubtful() const { return doubtful_; }

  // Values that became null since the last call because their mode cannot express them.
  std::string TakeConversionWarning();

  // The outbox table whose first update was passed over since the last call, or nothing.
  std::string TakeIgnoredUpdate();

 private:
  // A part of bytes_; pointers are made at the end, when it does not move any more.
  struct Span {
    size_t start = 0;
    size_t size = 0;
    bool is_null = true;
    bool in_avro = false;  // a part of avro_ instead
  };
  struct AddedHeader {  // of transforms
    const std::string* name = nullptr;
    bool on_tombstone = false;
    std::string value;
    bool is_null = false;
  };
  // An event being put together. Kept from change to change, so that its strings keep their memory.
  struct Draft {
    const std::string* topic = nullptr;
    std::string own_topic;  // taken from the row
    Span key, value, routing;
    const AvroSchema* key_avro = nullptr;  // of what goes out as Avro
    const AvroSchema* value_avro = nullptr;
    const std::string* mapping = nullptr;   // documents
    const char* identity_header = nullptr;  // __debezium.newkey or oldkey
    std::string identity_value;
    std::vector<AddedHeader> added_headers;
    int32_t partition = -1;
    int64_t timestamp_ms = -1;  // -1: the producer's time
  };

  void Reset();
  void Finish(bool with_context_headers);
  // Turns keys and values into Avro where the drafts say so.
  Status WriteAvro();
  Status WriteAvro(const AvroSchema* schema, Span* span);
  Draft& NewDraft(const std::string& topic);
  // A tombstone after the last draft: the same key and headers, no value.
  void AddTombstone();
  void NoteFailure(const RelationPlan& plan, const Column& column, FieldState state);

  // keys, rows and envelopes (envelope_events.cpp)
  bool SameField(const Column& column, const FieldValue& a, const FieldValue& b,
                 const WriteMode& mode);
  bool KeyChanged(const RelationPlan& plan, const Change& change);
  EventInfo InfoOf(const Change& change, char op) const;
  void WriteFields(const RelationPlan& plan, const std::vector<int>& columns, const FieldValue* row,
                   const WriteMode& mode);
  Span WriteKey(const RelationPlan& plan, const FieldValue* row, WriteMode mode);
  std::string KeyHeader(const RelationPlan& plan, const FieldValue* row, WriteMode mode);
  void WriteRow(const RelationPlan& plan, const FieldValue* row, const WriteMode& mode);
  Span WriteEnvelope(const RelationPlan& plan, const Change& change, const EventInfo& info);
  void AddChangedState(const RelationPlan& plan, const Change& change, Draft* draft);
  // Adds the event of one operation and, for deletes, the tombstone that follows it.
  // identity_row: the row whose key goes into the header, nullptr for no header.
  void AddEvent(const RelationPlan& plan, const Change& change, const char* identity_header,
                const FieldValue* identity_row);

  // flat events (flat_events.cpp)
  Span WriteFlat(const RelationPlan& plan, const FieldValue* row, const EventInfo& info,
                 bool deleted);
  void AddFlatDelete(const RelationPlan& plan, const Change& change, Draft* draft);
  void RouteByField(const RelationPlan& plan, const FieldValue* row, Draft* draft) const;
  void AddFlatHeaders(const RelationPlan& plan, const EventInfo& info, Draft* draft) const;

  // messages and the ends of transactions (message_events.cpp)
  void MakeMessageSchemas(const Route& route);
  Status AddTransactionRecord(uint64_t lsn, bool begins);

  // documents (document_events.cpp)
  Status EncodeDocument(const RelationPlan& plan, const Change& change);
  bool IsMoved(const RelationPlan& plan, const Change& change);
  Status AddDocument(const RelationPlan& plan, const Change& change);
  Status AddDocumentDelete(const RelationPlan& plan, const Change& change);
  Status AddressDocument(const RelationPlan& plan, const FieldValue* row, Draft* draft);
  Span WriteRouting(const RelationPlan& plan, const FieldValue* row);

  // pivot records (pivot_events.cpp)
  Status EncodePivot(const RelationPlan& plan, const Change& change);
  Status AddPivotRow(const RelationPlan& plan, const FieldValue* row, char op);
  Status AddPivotUpdate(const RelationPlan& plan, const FieldValue* before,
                        const FieldValue* after);
  void AddPivotRecord(const RelationPlan& plan, const PivotField& field, const FieldValue* before,
                      const FieldValue* after);

  // outbox (outbox_events.cpp)
  Status EncodeOutbox(const RelationPlan& plan, const Change& change);
  Status AddOutbox(const RelationPlan& plan, const Change& change);
  Status RefuseOutboxUpdate(const RelationPlan& plan);
  const std::string& OutboxTopic(const RelationPlan& plan, const std::string& route);
  void WriteColumn(const RelationPlan& plan, const FieldValue* row, int index,
                   const WriteMode& mode);
  std::string ColumnText(const RelationPlan& plan, const FieldValue* row, int index,
                         const WriteMode& mode);
  void AddColumnHeader(const RelationPlan& plan, const FieldValue* row, int index,
                       const std::string& name, const WriteMode& mode, Draft* draft);
  std::string WriteOutboxPayload(const RelationPlan& plan, const FieldValue* row,
                                 const WriteMode& mode);
  std::string OutboxSchemaName(const RelationPlan& plan, const std::string& identity,
                               const std::string& route);
  Span WriteOutboxValue(const RelationPlan& plan, const FieldValue* row, const std::string& route,
                        const WriteMode& mode);

  EventOptions options_;
  StreamConstants stream_;
  TransactionInfo transaction_;
  TransactionMetadata metadata_;
  std::string_view transaction_block_ = "null";  // of the event being made
  uint64_t previous_end_lsn_ = 0;
  uint32_t xmin_ = 0;
  std::vector<std::pair<std::string, std::string>> context_headers_;
  std::string message_topic_, message_value_prefix_, message_key_prefix_, message_key_end_;
  std::shared_ptr<const AvroSchema> message_key_avro_, message_value_avro_;

  int64_t now_ns_ = 0;
  Buffer bytes_;
  std::vector<Draft> drafts_;
  size_t draft_count_ = 0;
  std::vector<PenstockEvent> events_;
  std::vector<PenstockHeader> headers_;
  Buffer scratch_;
  Buffer avro_;  // keys and values in Avro, when there are any
  PivotWriter pivot_;
  std::vector<FieldValue> whole_row_;  // pivot: with the large values that did not change
  int incomplete_ = -1;
  int doubtful_ = -1;
  std::string failure_;  // the value that cannot be expressed
  bool failure_unavailable_ = false;
  bool failure_required_ = false;  // it belongs to a NOT NULL column

  std::unordered_map<std::string, std::string> outbox_topics_;  // by the routed value
  std::unordered_map<std::string, std::string> outbox_names_;   // quirks: by schema or version
  std::set<std::string> warned_outboxes_;
  std::string ignored_update_;
};

}  // namespace penstock::event

#endif
