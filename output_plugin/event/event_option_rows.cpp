// event_option_rows.cpp: the table of every option that shapes events.
#include "event_options.h"

namespace penstock::event {
namespace {

constexpr OptionSupport kYes = OptionSupport::kImplemented;
constexpr OptionSupport kNo = OptionSupport::kRefused;
constexpr OptionSupport kIdle = OptionSupport::kNotApplicable;
constexpr OptionScope kScope = OptionScope::kEvent;
constexpr OptionType kBool = OptionType::kBool;
constexpr OptionType kInt = OptionType::kInt;
constexpr OptionType kText = OptionType::kString;
constexpr OptionType kEnum = OptionType::kEnum;
constexpr OptionType kList = OptionType::kList;
constexpr OptionType kRegexes = OptionType::kRegexList;

// Sorted by name. Columns: name, scope, type, default, allowed, min, max, support, help.
// clang-format off
const OptionRow kRows[] = {
    {"add.fields", kScope, kList, "", nullptr, 0, 0, kYes, "Metadata fields that a flat event gains, such as \"op,source.ts_ms,lsn:position\"."},
    {"add.fields.prefix", kScope, kText, "__", nullptr, 0, 0, kYes, "Prefix of the names that add.fields adds."},
    {"add.headers", kScope, kList, "", nullptr, 0, 0, kYes, "Metadata fields that a flat event carries as headers."},
    {"add.headers.prefix", kScope, kText, "__", nullptr, 0, 0, kYes, "Prefix of the names that add.headers adds."},
    {"arrays.nested", kScope, kBool, "false", nullptr, 0, 0, kYes, "Arrays of every type are captured, and those of several dimensions are arrays of arrays: as many as are declared, for the schema must know, or without a schema as many as the value has."},
    {"binary.handling.mode", kScope, kEnum, "bytes", "bytes|base64|base64-url-safe|hex", 0, 0, kYes, "How bytea columns are written."},
    {"capture.origin", kScope, kEnum, "any", "any|none", 0, 0, kYes, "Transactions captured by replication origin: any, or only those without one."},
    {"column.blacklist", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Former name of column.exclude.list."},
    {"column.exclude.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Columns left out, as regular expressions over schema.table.column."},
    {"column.include.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Columns captured, as regular expressions over schema.table.column."},
    {"column.mask.hash.*", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "column.mask.hash.v2.ALGORITHM.with.salt.SALT: text columns, as regular expressions over schema.table.column, whose values are sent as the hex digits of their salted hash; without v2. of the value as Java serialises it. MD5, SHA-1, SHA-256, SHA-384, SHA-512."},
    {"column.mask.with.*", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "column.mask.with.N.chars: text columns, as regular expressions over schema.table.column, whose values, nulls too, are sent as N asterisks."},
    {"column.propagate.source.type", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Columns, as regular expressions over schema.table.column, whose schema names the type, length and scale of the source."},
    {"column.truncate.to.*", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "column.truncate.to.N.chars: columns, as regular expressions over schema.table.column, whose strings are cut to N UTF-16 units and whose binary values to N bytes."},
    {"column.whitelist", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Former name of column.include.list."},
    {"converters", kScope, kText, nullptr, nullptr, 0, 0, kNo, "converters are Java classes; penstock runs none"},
    {"custom.sanitize.pattern", kScope, kText, nullptr, nullptr, 0, 0, kIdle, "it hides values of options in Debezium's log; penstock logs none"},
    {"datatype.propagate.source.type", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "As column.propagate.source.type, with regular expressions over schema.table.type."},
    {"debezium.quirks", kScope, kBool, "false", nullptr, 0, 0, kYes, "Reproduces Debezium where it loses or corrupts data, byte for byte."},
    {"decimal.handling.mode", kScope, kEnum, "precise", "precise|double|string", 0, 0, kYes, "How numeric and money columns are written."},
    {"delete.tombstone.handling.mode", kScope, kEnum, "tombstone", "tombstone|drop|rewrite|rewrite-with-tombstone|delete-to-tombstone", 0, 0, kYes, "What becomes of a delete in flat events."},
    {"document.addressing", kScope, kBool, "false", nullptr, 0, 0, kYes, "Events are addressed as documents: the key is the document's id and a delete has no value; set by sinks of type elasticsearch, implied by format=document."},
    {"document.id.columns", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Columns of a document's id instead of the primary key: \"table-regex:col1,col2;…\"."},
    {"event.converting.failure.handling.mode", kScope, kEnum, "warn", "warn|skip|fail", 0, 0, kYes, "What happens to a value that its mode cannot express: null with a warning, null, or an error."},
    {"extended.headers.enabled", kScope, kBool, "true", nullptr, 0, 0, kYes, "Adds the __debezium.context headers."},
    {"field.name.adjustment.mode", kScope, kEnum, "none", "none|avro|avro_unicode", 0, 0, kYes, "How column names are made fit for Avro: not, an underscore for each character it refuses, or _u and the character's code."},
    {"format", kScope, kEnum, "debezium", "debezium|flat|document|pivot|outbox", 0, 0, kYes, "Shape of the value: the Debezium envelope, the row alone as ExtractNewRecordState writes it, a document of plain JSON values, pivot: a record for each changed field, or outbox: the payload of an outbox row as EventRouter sends it; document is the default of sinks of type elasticsearch, where debezium means flat."},
    {"hstore.handling.mode", kScope, kEnum, "json", "json|map", 0, 0, kYes, "How hstore columns are written."},
    {"identity.missing", kScope, kEnum, "skip", "skip|fail", 0, 0, kYes, "An update or delete of a table without replica identity: a delete is counted and skipped and an update sent without its old values, or the sink stops."},
    {"include.schema.comments", kScope, kBool, "false", nullptr, 0, 0, kIdle, "Debezium's PostgreSQL connector sends no comments either"},
    {"include.unknown.datatypes", kScope, kBool, "false", nullptr, 0, 0, kYes, "Columns of types without a mapping are sent as their text instead of being left out."},
    {"index.map", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Index of single tables, before every other rule: {\"schema.table\": \"index\"}."},
    {"interval.handling.mode", kScope, kEnum, "numeric", "numeric|string", 0, 0, kYes, "How interval columns are written: microseconds or ISO 8601."},
    {"json.expand", kScope, kBool, "false", nullptr, 0, 0, kYes, "json and jsonb columns are JSON in the event and not a string of it; needs value.converter.schemas.enable=false or Avro."},
    {"json.mapping", kScope, kEnum, "dynamic", "dynamic|flattened|disabled", 0, 0, kYes, "How an index maps json, jsonb and hstore columns: left to dynamic mapping, one flattened field, or kept without being searchable."},
    {"key.converter", kScope, kEnum, "json", "json|org.apache.kafka.connect.json.JsonConverter|avro|io.confluent.connect.avro.AvroConverter", 0, 0, kYes, "How keys are written: JSON, or Avro with their schemas in a schema registry."},
    {"key.converter.connect.meta.data", kScope, kBool, "true", nullptr, 0, 0, kYes, "The Avro schema of keys keeps what only Kafka Connect knows: connect.name, connect.version and so on."},
    {"key.converter.schemas.enable", kScope, kBool, "true", nullptr, 0, 0, kYes, "Keys carry their schema."},
    {"key.converter.scrub.invalid.names", kScope, kBool, "false", nullptr, 0, 0, kYes, "Names that Avro does not allow are made legal in the schema of keys, as AvroConverter does."},
    {"message.key.columns", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Key columns instead of the primary key: \"table-regex:col1,col2;…\"."},
    {"message.prefix.exclude.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Logical messages left out, by prefix."},
    {"message.prefix.include.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Logical messages captured, by prefix."},
    {"money.fraction.digits", kScope, kInt, "2", nullptr, 0, 10, kYes, "Fraction digits of money columns."},
    {"output", kScope, kEnum, "envelope", "envelope|record", 0, 0, kYes, "What the plugin prints for clients of the replication stream: the value, or topic, key, value and headers."},
    {"output.batch.bytes", kScope, kInt, "0", nullptr, 0, 1048576, kYes, "A walsender's message holds lines of events of one transaction until it has this many bytes; 0: one event a message."},
    {"pivot.column.map", kScope, kList, "", nullptr, 0, 0, kYes, "Row columns that give the times of a pivot record, such as \"datetime_updated:changed_at\"; $commit: none, the commit's time."},
    {"pivot.column.names", kScope, kList, "", nullptr, 0, 0, kYes, "Other names of a pivot record's columns, such as \"change_field:field\"."},
    {"pivot.extra.columns", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Row columns that stand in each pivot record after its key: \"col1,col2\" for all tables, or \"table-regex:col1,col2;…\"."},
    {"pivot.id.column", kScope, kText, "", nullptr, 0, 0, kYes, "Name of a last column of pivot records, with what tells one change from another; without it only the key has it, as change_id."},
    {"pivot.key.columns", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Row columns that identify a row in pivot records, instead of the table's key: \"col1,col2\" for all tables, or \"table-regex:col1,col2;…\"."},
    {"pivot.old.values.missing", kScope, kEnum, "fail", "fail|null", 0, 0, kYes, "Updates and deletes whose old values the WAL does not hold: the sink stops, or old_value is null and an update names every field."},
    {"post.processors", kScope, kText, nullptr, nullptr, 0, 0, kNo, "post processors are Java classes; penstock runs none"},
    {"predicates", kScope, kList, "", nullptr, 0, 0, kYes, "Names of Kafka Connect predicates; TopicNameMatches is supported."},
    {"predicates.*", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Options of one predicate, as Kafka Connect spells them."},
    {"provide.transaction.metadata", kScope, kBool, "false", nullptr, 0, 0, kYes, "Events tell their place in their transaction, and records on a topic of their own tell where it begins and ends."},
    {"publication.autocreate.mode", kScope, kEnum, "all_tables", "all_tables|filtered|no_tables|disabled", 0, 0, kYes, "disabled: tables, columns, rows and operations are those of the publication publication.name. No other mode makes a publication, for none is needed."},
    {"publication.name", kScope, kText, "dbz_publication", nullptr, 0, 0, kYes, "The publication that publication.autocreate.mode=disabled reads."},
    {"publish.via.partition.root", kScope, kBool, "false", nullptr, 0, 0, kYes, "Rows of partitions are published as rows of the partitioned table."},
    {"route.by.field", kScope, kText, "", nullptr, 0, 0, kYes, "Field of a flat event whose value is the topic; of an outbox event the column that chooses it, aggregatetype unless given."},
    {"route.tombstone.on.empty.payload", kScope, kBool, "false", nullptr, 0, 0, kYes, "A row of the outbox with an empty payload becomes an event without value."},
    {"route.topic.regex", kScope, kText, "(?<routedByValue>.*)", nullptr, 0, 0, kYes, "Expression over the value of route.by.field, for outbox events."},
    {"route.topic.replacement", kScope, kText, "outbox.event.${routedByValue}", nullptr, 0, 0, kYes, "Topic of an outbox event, with the groups of route.topic.regex."},
    {"routing", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Column whose value routes a document to its shard: its name for all tables, or \"table-regex:column;…\"."},
    {"row.filter", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Condition in SQL that rows of a table must meet, over its own columns: {\"schema.table\": \"condition\"}. An update that enters it is a create, one that leaves it a delete."},
    {"schema.blacklist", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Former name of schema.exclude.list."},
    {"schema.exclude.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Schemas left out, as regular expressions."},
    {"schema.include.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Schemas captured, as regular expressions."},
    {"schema.name.adjustment.mode", kScope, kEnum, "none", "none|avro|avro_unicode", 0, 0, kYes, "How schema names are made fit for Avro: not, an underscore for each character it refuses, or _u and the character's code."},
    {"schema.whitelist", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Former name of schema.include.list."},
    {"schemas.enable", kScope, kBool, "true", nullptr, 0, 0, kYes, "Sets key.converter.schemas.enable and value.converter.schemas.enable together."},
    {"skip.messages.without.change", kScope, kBool, "false", nullptr, 0, 0, kYes, "Updates that change none of the captured columns are left out; needs REPLICA IDENTITY FULL."},
    {"skipped.operations", kScope, kList, "t", nullptr, 0, 0, kYes, "Operations left out: c, u, d, t, or none."},
    {"sourceinfo.struct.maker", kScope, kText, nullptr, nullptr, 0, 0, kNo, "a struct maker is a Java class; penstock runs none"},
    {"table.blacklist", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Former name of table.exclude.list."},
    {"table.exclude.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Tables left out, as regular expressions over schema.table."},
    {"table.expand.json.payload", kScope, kBool, "false", nullptr, 0, 0, kYes, "The payload of an outbox event is sent as the structure its JSON text describes."},
    {"table.field.additional.missing", kScope, kEnum, "error", "error|ignore", 0, 0, kYes, "A column of table.fields.additional.placement that a table lacks: an error, or left out."},
    {"table.field.event.id", kScope, kText, "id", nullptr, 0, 0, kYes, "Column of the outbox that becomes the header id."},
    {"table.field.event.key", kScope, kText, "aggregateid", nullptr, 0, 0, kYes, "Column of the outbox that becomes the key."},
    {"table.field.event.payload", kScope, kText, "payload", nullptr, 0, 0, kYes, "Column of the outbox that becomes the value."},
    {"table.field.event.schema.version", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Column of the outbox that holds the version of the value's schema."},
    {"table.field.event.timestamp", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Timestamp column of the outbox that becomes the time of the event, instead of the time of processing."},
    {"table.field.event.type", kScope, kText, "type", nullptr, 0, 0, kIdle, "EventRouter looks at no type either; table.fields.additional.placement sends it"},
    {"table.fields.additional.placement", kScope, kList, "", nullptr, 0, 0, kYes, "Further columns of an outbox event and where they go: \"column:header|envelope|partition[:name],…\"."},
    {"table.ignore.builtin", kScope, kBool, "true", nullptr, 0, 0, kYes, "PostGIS's table spatial_ref_sys is never captured, whatever the lists say. System tables are not in any case."},
    {"table.include.list", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Tables captured, as regular expressions over schema.table."},
    {"table.json.payload.null.behavior", kScope, kEnum, "ignore", "ignore|optional_bytes", 0, 0, kYes, "A null member of an expanded payload: left out, or kept as optional bytes."},
    {"table.op.invalid.behavior", kScope, kEnum, "warn", "warn|error|fatal", 0, 0, kYes, "An update of an outbox row: skipped with a warning, skipped with a message in the server's log that log_min_messages=error shows, or the sink stops."},
    {"table.whitelist", kScope, kRegexes, nullptr, nullptr, 0, 0, kYes, "Former name of table.include.list."},
    {"time.precision.mode", kScope, kEnum, "adaptive", "adaptive|adaptive_time_microseconds|microseconds|nanoseconds|connect|isostring", 0, 0, kYes, "How date, time and timestamp columns are written."},
    {"toast.missing", kScope, kEnum, "reselect", "reselect|fail", 0, 0, kYes, "A large value that an update did not change and the WAL does not hold: the row is read again by another process, or the sink stops."},
    {"tombstones.on.delete", kScope, kBool, "true", nullptr, 0, 0, kYes, "A delete is followed by an event with the same key and no value."},
    {"topic.delimiter", kScope, kText, ".", nullptr, 0, 0, kYes, "Text between the parts of a topic name."},
    {"topic.key.enforce.uniqueness", kScope, kBool, "true", nullptr, 0, 0, kYes, "With a regex naming strategy keys get a field that tells the topic before topic.regex."},
    {"topic.key.field.name", kScope, kText, "__dbz__physicalTableIdentifier", nullptr, 0, 0, kYes, "Name of that field."},
    {"topic.key.field.regex", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Expression over the topic before topic.regex, for the value of that field."},
    {"topic.key.field.replacement", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Value of that field, with the groups of topic.key.field.regex."},
    {"topic.map", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Topic of single tables, before every other rule: \"schema.table:topic,…\"."},
    {"topic.naming.strategy", kScope, kText, "io.debezium.schema.SchemaTopicNamingStrategy", nullptr, 0, 0, kYes, "How topics are named: io.debezium.schema.SchemaTopicNamingStrategy from prefix, schema and table; Default… leaves the schema out, …Unicode… escapes characters by their codes, …Regex… maps topics by topic.regex."},
    {"topic.prefix", kScope, kText, nullptr, nullptr, 0, 0, kYes, "First part of every topic and schema name; required but for documents."},
    {"topic.regex", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Expression over topics, of the regex naming strategies."},
    {"topic.replacement", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Topic with the groups of topic.regex."},
    {"topic.transaction", kScope, kText, "transaction", nullptr, 0, 0, kYes, "Name of the topic for provide.transaction.metadata, after topic.prefix and the delimiter."},
    {"transforms", kScope, kList, "", nullptr, 0, 0, kYes, "Names of Kafka Connect transforms, in their order; docs/routing.md says which are supported."},
    {"transforms.*", kScope, kText, nullptr, nullptr, 0, 0, kYes, "Options of one transform, as Kafka Connect spells them."},
    {"unavailable.value.placeholder", kScope, kText, "__debezium_unavailable_value", nullptr, 0, 0, kYes, "Stands for a large value that the update did not change and the WAL does not hold."},
    {"value.converter", kScope, kEnum, "json", "json|org.apache.kafka.connect.json.JsonConverter|avro|io.confluent.connect.avro.AvroConverter", 0, 0, kYes, "How values are written: JSON, or Avro with their schemas in a schema registry."},
    {"value.converter.connect.meta.data", kScope, kBool, "true", nullptr, 0, 0, kYes, "The Avro schema of values keeps what only Kafka Connect knows: connect.name, connect.version and so on."},
    {"value.converter.ignore.default.for.nullables", kScope, kBool, "false", nullptr, 0, 0, kYes, "In Avro a null in a column with a default stays null."},
    {"value.converter.replace.null.with.default", kScope, kBool, "true", nullptr, 0, 0, kYes, "A null in a column with a default is printed as the default, as Kafka's JsonConverter does."},
    {"value.converter.schemas.enable", kScope, kBool, "true", nullptr, 0, 0, kYes, "Values carry their schema."},
    {"value.converter.scrub.invalid.names", kScope, kBool, "false", nullptr, 0, 0, kYes, "Names that Avro does not allow are made legal in the schema of values, as AvroConverter does."},
    {"xmin.fetch.interval.ms", kScope, kInt, "0", nullptr, 0, 2147483647, kYes, "How old source.xmin, the catalogue horizon of the slot, may be; 0: it is null."},
};
// clang-format on

}  // namespace

OptionTable EventOptionTable() { return {kRows, sizeof kRows / sizeof kRows[0]}; }

}  // namespace penstock::event
