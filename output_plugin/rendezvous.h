/*
 * rendezvous.h: the contract between penstock_output.so and penstock.so.
 *
 * The two modules meet in the same process through PostgreSQL's rendezvous variables:
 *   PENSTOCK_WRITER_VARIABLE  set by the sink worker, only while it decodes; read by the plugin at
 *                             start-up. Without it the plugin writes text to the output stream.
 *   PENSTOCK_API_VARIABLE     set by the plugin when it is loaded; used by the worker to turn rows
 *                             of the initial snapshot into events with the same code.
 * Both structures start with PenstockAbi. A reader must call PenstockAbiMatches first: packages may
 * have been upgraded under a running server, and the two modules must come from one build.
 *
 * Plain C, plain data. Function pointers may ereport(ERROR); they never let a C++ exception pass.
 * Everything here is called on the main thread only.
 */
#ifndef PENSTOCK_RENDEZVOUS_H
#define PENSTOCK_RENDEZVOUS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PENSTOCK_WRITER_VARIABLE "penstock_event_writer"
#define PENSTOCK_API_VARIABLE "penstock_output_api"
/* Plugin option that only penstock.so gives: OID of the role whose SELECT rights are checked when
 * there is no writer. */
#define PENSTOCK_OWNER_OPTION "penstock.owner"
#define PENSTOCK_ABI_MAGIC 0x50534b31u /* "PSK1" */
#define PENSTOCK_ABI_NUMBER 7u

typedef struct PenstockAbi {
  uint32_t magic;       /* PENSTOCK_ABI_MAGIC */
  uint32_t number;      /* PENSTOCK_ABI_NUMBER */
  uint32_t size;        /* sizeof the whole structure that starts with this one */
  const char *build_id; /* PENSTOCK_BUILD_ID of the module that filled it; static storage */
} PenstockAbi;

/* One header of an event. A NULL value is Kafka's null header. */
typedef struct PenstockHeader {
  const char *name; /* zero-terminated */
  const char *value;
  uint32_t value_len;
} PenstockHeader;

/* The schema of a key or value in Avro. */
typedef struct PenstockSchema {
  uint64_t serial;  /* of this text in this process, never that of another; 0: no Avro */
  const char *text; /* JSON */
  uint32_t text_len;
  const char *name; /* full name of its record */
  uint32_t name_len;
} PenstockSchema;

/* One event. All memory belongs to the caller and is valid during the call only. */
typedef struct PenstockEvent {
  const char *topic; /* zero-terminated as well */
  uint32_t topic_len;
  const char *key; /* NULL: null key */
  uint32_t key_len;
  const char *value; /* NULL: tombstone */
  uint32_t value_len;
  const PenstockHeader *headers;
  uint32_t header_count;
  int32_t partition;    /* -1: the producer's partitioner decides */
  int64_t timestamp_ms; /* milliseconds since 1970; negative: the producer's time */
  /* End of the transaction's commit record, of the consistent point in a snapshot: grows in the
   * order in which changes are to be seen at the destination. */
  uint64_t version_lsn;
  /* For document destinations only: key is the document's id as text, not JSON. */
  const char *routing; /* NULL: none */
  uint32_t routing_len;
  /* The relation's columns as an Elasticsearch mapping: {"properties":{…}}. The same pointer and
   * length for all events of a plan; NULL: not a document. */
  const char *mapping;
  uint32_t mapping_len;
  /* What is not NULL and has a schema begins with 5 bytes for the head of Confluent's wire format.
   */
  PenstockSchema key_schema;
  PenstockSchema value_schema;
} PenstockEvent;

/* A row to be read again because an update left a large value of it out of the WAL. Attribute
 * numbers, which stay when columns are renamed, and values (type output functions, server encoding)
 * of the columns that identify it. */
typedef struct PenstockRowRequest {
  uint32_t relation; /* OID of the table the row is in; of a partition, not of its root */
  uint32_t xid;      /* the row must be read with this transaction visible */
  uint32_t column_count;
  const int16_t *columns;
  const char *const *values;
  /* The change, for fields of the document that tell about it: c or u, where it is in the WAL, and
   * microseconds since 1970-01-01 UTC. */
  char op;
  uint64_t lsn;
  int64_t commit_time_us;
} PenstockRowRequest;

/* What it is now; memory of the writer, valid until its next fetch. */
typedef struct PenstockFetchedRow {
  const char *value; /* the document */
  uint32_t value_len;
  const char *mapping;
  uint32_t mapping_len;
} PenstockFetchedRow;

/* Where events go. begin and commit frame the transactions of the stream; snapshot rows come
 * without them. */
typedef struct PenstockEventWriter {
  PenstockAbi abi;
  void *self;
  uint32_t owner; /* role OID whose SELECT rights are checked for each captured table; 0: none */
  /* Tables the owner could read by the catalogue of the moment readable_lsn; ascending OIDs.
   * Changes before that LSN are judged by this list, later ones by the catalogue of their time. */
  const uint32_t *readable;
  uint32_t readable_count;
  uint64_t readable_lsn;
  void (*begin)(void *self, uint32_t xid);
  void (*write)(void *self, const PenstockEvent *event);
  /* The row as another process finds it, after the transaction became visible: as new as the
   * change, or newer. False: it is gone, or outside the row filters, and what follows in the stream
   * says so; but for TRUNCATE, DROP TABLE and changes that the options leave out. Waits, with
   * interrupts let through; raises an ERROR when the row can never be read. */
  bool (*fetch)(void *self, const PenstockRowRequest *request, PenstockFetchedRow *row);
  /* An update or delete of this relation lacked its replica identity (identity.missing=skip). */
  void (*lacking)(void *self, uint32_t relation);
  /* Many changes came without an event: what else there is to do, such as delivery, goes on. Lets
   * interrupts through. */
  void (*passed)(void *self);
  /* end_lsn: end of the commit record, the position to confirm once everything before it is
   * delivered. commit_time_us: microseconds since 1970-01-01 UTC. */
  void (*commit)(void *self, uint64_t end_lsn, int64_t commit_time_us);
  /* The table whose inserted rows are signals; NULL: none. UTF-8. */
  const char *signal_schema;
  const char *signal_table;
  /* A row of it: the texts of its first three columns in the server's encoding, NULL for null.
   * end_lsn: of the commit record. Returns when the signal cannot be lost any more. */
  void (*signal)(void *self, uint64_t end_lsn, const char *id, const char *type, const char *data);
  /* Rows of this relation are being read beside the stream: changes whose events carry its name are
   * told to touch. 0: none. The columns that identify a row, in the server's encoding. */
  uint32_t watched;
  const char *const *watched_columns;
  uint32_t watched_column_count;
  /* A transaction changed the row with this key (AppendKeyText of each watched column), or had or
   * made one with it, and there are events of that. key NULL: any row may have changed. whole: the
   * WAL holds all of the new row, or there is none. */
  void (*touch)(void *self, uint32_t xid, const char *key, uint32_t key_len, bool whole);
} PenstockEventWriter;

typedef enum PenstockSnapshotMarker {
  PENSTOCK_SNAPSHOT_TRUE,
  PENSTOCK_SNAPSHOT_FIRST,
  PENSTOCK_SNAPSHOT_FIRST_IN_TABLE,
  PENSTOCK_SNAPSHOT_LAST_IN_TABLE,
  PENSTOCK_SNAPSHOT_LAST
} PenstockSnapshotMarker;

struct List;
struct RelationData;
struct TupleTableSlot;

/* What the worker needs from the plugin outside decoding. An encoder lives in the memory context
 * that was current at encoder_create and dies with it. */
typedef struct PenstockOutputApi {
  PenstockAbi abi;
  /* options: list of DefElem, the same as a decoding context gets. ERROR on a bad option. */
  void *(*encoder_create)(struct List *options, const PenstockEventWriter *writer);
  /* Whether the table filters of the options take this relation. Partitioned roots are taken only
   * with publish.via.partition.root, their leaves only without. Needs a transaction. */
  bool (*captures)(void *encoder, struct RelationData *relation);
  /* Whether a row of a captured relation passes the row filters of options and publication. */
  bool (*takes_row)(void *encoder, struct RelationData *relation, struct TupleTableSlot *slot);
  /* Writes one "r" event (or its flat form) for the row to the writer. The slot's descriptor is the
   * relation's. Calls writer->write zero or one times. */
  void (*write_snapshot_row)(void *encoder, struct RelationData *relation,
                             struct TupleTableSlot *slot, PenstockSnapshotMarker marker,
                             uint64_t lsn, uint32_t xid);
  /* As encoder_create, for rows that are read again: only value and mapping of their events count,
   * so nothing that addresses a document need be there any more. */
  void *(*reread_encoder_create)(struct List *options, const PenstockEventWriter *writer);
  /* As write_snapshot_row, for such an encoder: the event is one of the request's change. */
  void (*write_row_again)(void *encoder, struct RelationData *relation, struct TupleTableSlot *slot,
                          const PenstockRowRequest *request);
  /* Whether a row that is read again passes those filters; true when the relation is not captured
   * any more. */
  bool (*takes_row_again)(void *encoder, struct RelationData *relation,
                          struct TupleTableSlot *slot);
  /* OID of the relation whose name the relation's events carry by today's catalogue: its own, a
   * partition's root, or 0 when it has no events. Needs a transaction. */
  uint32_t (*named_relation)(void *encoder, struct RelationData *relation);
  /* Whether the snapshot of a table has the rows of the tables that inherit from it, as a query on
   * it has and Debezium sends them. */
  bool (*takes_heirs)(void *encoder);
  /* As write_snapshot_row, for a row of an incremental snapshot; lsn: everything that its snapshot
   * shows was committed before. */
  void (*write_incremental_row)(void *encoder, struct RelationData *relation,
                                struct TupleTableSlot *slot, uint64_t lsn);
  /* ERROR unless the text (UTF-8) is a condition that row.filter would take. */
  void (*check_condition)(struct RelationData *relation, const char *text);
} PenstockOutputApi;

/* NULL when the structure can be used, else a static reason. */
static inline const char *PenstockAbiMismatch(const PenstockAbi *abi, uint32_t size,
                                              const char *build_id) {
  if (abi->magic != PENSTOCK_ABI_MAGIC) return "no penstock structure";
  if (abi->number != PENSTOCK_ABI_NUMBER || abi->size != size) return "another ABI number";
  if (strcmp(abi->build_id, build_id) != 0) return "another build";
  return NULL;
}

#endif
