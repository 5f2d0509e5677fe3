// sql_rights.cpp: see sql_rights.h.
#include "sql_rights.h"

#include "../core/name_list.h"
#include "../core/placeholder.h"
#include "../sink/file_options.h"
#include "guc.h"

extern "C" {
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_authid.h"
#include "catalog/pg_class.h"
#include "catalog/pg_inherits.h"
#include "utils/acl.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/rls.h"
}

namespace penstock::pg {

namespace {

bool IsBelow(const char* directory, const char* path) {
  if (directory == nullptr || directory[0] == '\0') return false;
  char* base = pstrdup(directory);
  char* target = pstrdup(path);
  canonicalize_path(base);
  canonicalize_path(target);
  return is_absolute_path(target) && !path_contains_parent_reference(target) &&
         path_is_prefix_of_path(base, target) && strcmp(base, target) != 0;
}

void RequireFileDoor(const char* path) {
  if (has_privs_of_role(GetUserId(), ROLE_PG_WRITE_SERVER_FILES)) return;
  if (IsBelow(penstock_file_directory, path)) return;
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                  errmsg("permission denied to write file \"%s\"", path),
                  errdetail("Only roles with privileges of pg_write_server_files may write outside "
                            "penstock.file_directory.")));
}

void RequireSecretDoor(bool is_file, const char* name) {
  if (!is_file) {
    if (superuser()) return;
    ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                    errmsg("permission denied to use environment variable \"%s\"", name),
                    errdetail("Only superusers may use ${env:…}.")));
  }
  if (has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES)) return;
  if (IsBelow(penstock_secrets_directory, name)) return;
  ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                  errmsg("permission denied to read file \"%s\"", name),
                  errdetail("Only roles with privileges of pg_read_server_files may name files "
                            "outside penstock.secrets_directory.")));
}

struct DoorList {
  std::string file_path;                  // of a file sink
  std::vector<std::string> server_files;  // keys and certificates
  std::vector<Placeholder> placeholders;
};

Status FindDoors(const char* connector, const OptionMap* options, const SinkConfig* config,
                 DoorList* doors) {
  for (const auto& [name, value] : *options) {
    std::vector<Placeholder> placeholders = FindPlaceholders(value);
    // The worker looks at the path again once it knows what they stand for.
    std::string path = placeholders.empty() ? ServerFileOf(name, value) : std::string();
    if (!path.empty()) doors->server_files.push_back(std::move(path));
    for (Placeholder& placeholder : placeholders) {
      doors->placeholders.push_back(std::move(placeholder));
    }
  }
  if (std::string_view(connector) != "file") return {};
  sink::Options with_base = config->sink;
  const char* base = penstock_file_directory;
  with_base[sink::kFileBaseDirectory] = base == nullptr ? "" : base;
  Result<sink::FileOptions> file = sink::ParseFileOptions(with_base);
  if (!file.ok()) return file.status();
  doors->file_path = file.value().path;
  return {};
}

bool HasUsableIdentity(Relation relation) {
  return relation->rd_rel->relreplident == REPLICA_IDENTITY_FULL ||
         OidIsValid(RelationGetReplicaIndex(relation));
}

const char* QualifiedName(Relation relation) {
  return quote_qualified_identifier(get_namespace_name(RelationGetNamespace(relation)),
                                    RelationGetRelationName(relation));
}

void RequireIdentity(Oid relid) {
  Relation relation = table_open(relid, AccessShareLock);
  // Rows of a partitioned table are logged under its leaves.
  if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE) {
    ListCell* cell;
    List* children = find_inheritance_children(relid, AccessShareLock);
    foreach (cell, children) RequireIdentity(lfirst_oid(cell));
  } else if (!HasUsableIdentity(relation)) {
    const char* name = QualifiedName(relation);
    ereport(ERROR,
            (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
             errmsg("table \"%s\" has no usable replica identity", name),
             errdetail("Updates and deletes of such a table carry no key."),
             errhint("Add a primary key, or run SELECT penstock.set_replica_identity(%s, 'full'), "
                     "or set option identity.missing to skip or fail.",
                     quote_literal_cstr(name))));
  }
  table_close(relation, NoLock);
}

void RequireReadable(Oid relid, Oid owner, bool some_columns) {
  if (pg_class_aclcheck(relid, owner, ACL_SELECT) != ACLCHECK_OK &&
      pg_attribute_aclcheck_all(relid, owner, ACL_SELECT,
                                some_columns ? ACLMASK_ANY : ACLMASK_ALL) != ACLCHECK_OK) {
    aclcheck_error(ACLCHECK_NO_PRIV, OBJECT_TABLE, get_rel_name(relid));
  }
  if (check_enable_rls(relid, owner, true) == RLS_ENABLED) {
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("table \"%s\" has row security that applies to role \"%s\"",
                    get_rel_name(relid), GetUserNameFromId(owner, true)),
             errhint("The owner of the sink must bypass row security, or leave the table out.")));
  }
}

// A table whose changes can reach a sink under this name.
void RequireTable(const char* name, Oid schema, const char* table, bool via_root) {
  const Oid relid = OidIsValid(schema) ? get_relname_relid(table, schema) : InvalidOid;
  const char kind = OidIsValid(relid) ? get_rel_relkind(relid) : '\0';
  if (kind != RELKIND_RELATION && kind != RELKIND_PARTITIONED_TABLE) {
    ereport(ERROR, (errcode(ERRCODE_UNDEFINED_TABLE), errmsg("table \"%s\" does not exist", name),
                    errhint("Write schema.table as the names are stored, without quotes; "
                            "schema.* stands for every table of a schema.")));
  }
  if (get_rel_persistence(relid) != RELPERSISTENCE_PERMANENT) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("table \"%s\" is temporary or unlogged", name),
                    errdetail("Its changes are not in the WAL.")));
  }
  if (kind == RELKIND_PARTITIONED_TABLE && !via_root) {
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE), errmsg("table \"%s\" is partitioned", name),
                    errhint("Set option publish.via.partition.root to true to capture it as one "
                            "table, or name its partitions.")));
  }
}

}  // namespace

void RequireServerReady() {
  if (penstock_shared == nullptr) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("penstock is not loaded at server start"),
                    errhint("Set shared_preload_libraries = 'penstock' (after what is there "
                            "already) and restart the server; penstock.check() prints the line.")));
  }
  if (wal_level < WAL_LEVEL_LOGICAL) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("penstock needs wal_level = logical"),
                    errhint("Set wal_level = logical and restart the server.")));
  }
  if (RecoveryInProgress()) {
    ereport(ERROR, (errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
                    errmsg("sinks cannot be changed during recovery")));
  }
}

bool MayCreateSinks() {
  const Oid user = GetUserId();
  if (superuser_arg(user) || has_rolreplication(user)) return true;
  if (penstock_sink_creators == nullptr || penstock_sink_creators[0] == '\0') return false;
  const Oid role = get_role_oid(penstock_sink_creators, true);
  return OidIsValid(role) && has_privs_of_role(user, role);
}

void RequireSinkCreator() {
  if (MayCreateSinks()) return;
  ereport(ERROR,
          (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE), errmsg("permission denied to create a sink"),
           errhint("A sink holds WAL: creating one needs the REPLICATION attribute, or "
                   "membership in the role that penstock.sink_creators names.")));
}

void RequirePluginAllowed() {
  // Minor releases without the parameter allow every plugin.
  const char* list = GetConfigOption("output_plugin_libraries", true, false);
  if (list == nullptr || penstock_allow_self) return;
  bool listed = false;
  RunCxx([&listed, list] { listed = ListNames(list, "penstock_output"); });
  if (listed) return;
  ereport(ERROR,
          (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
           errmsg("output plugin \"penstock_output\" is not allowed by output_plugin_libraries"),
           errhint("Set output_plugin_libraries = '%s%spenstock_output' and reload the "
                   "configuration, or set penstock.allow_self = on.",
                   list, list[0] == '\0' ? "" : ", ")));
}

void RequireOpenDoors(const char* connector, const OptionMap* options, const SinkConfig* config) {
  auto* doors = MakeInContext<DoorList>();
  RunCxx([=] { return FindDoors(connector, options, config, doors); });
  if (!doors->file_path.empty()) RequireFileDoor(doors->file_path.c_str());
  for (size_t i = 0; i < doors->server_files.size(); i++) {
    RequireSecretDoor(true, doors->server_files[i].c_str());
  }
  for (size_t i = 0; i < doors->placeholders.size(); i++) {
    const Placeholder* placeholder = &doors->placeholders[i];
    RequireSecretDoor(placeholder->is_file, placeholder->path_or_name.c_str());
  }
}

void RequireReadableTables(List* tables, Oid owner, bool some_columns, bool require_identity) {
  ListCell* cell;
  foreach (cell, tables) {
    RequireReadable(lfirst_oid(cell), owner, some_columns);
    if (require_identity) RequireIdentity(lfirst_oid(cell));
  }
}

void RequireTables(const std::vector<std::string>* names, const OptionMap* options) {
  bool via_root = false;
  RunCxx([&via_root, options] {
    const auto found = options->find("publish.via.partition.root");
    via_root = found != options->end() && EqualsIgnoreCase(found->second, "true");
  });
  for (size_t i = 0; i < names->size(); i++) {
    const char* name = (*names)[i].c_str();
    char* schema = pstrdup(name);
    char* dot = strchr(schema, '.');
    if (dot == nullptr || strcmp(dot + 1, "*") == 0) continue;
    *dot = '\0';
    if (strcmp(schema, "*") == 0) continue;
    RequireTable(name, get_namespace_oid(schema, true), dot + 1, via_root);
  }
}

}  // namespace penstock::pg
