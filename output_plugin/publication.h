// publication.h: publication.autocreate.mode=disabled: tables, columns, rows and operations are
// those of an existing publication, as pgoutput reads it from the catalogue of the time.
#ifndef PENSTOCK_OUTPUT_PUBLICATION_H
#define PENSTOCK_OUTPUT_PUBLICATION_H

#include "relation_shape.h"

extern "C" {
#include "nodes/bitmapset.h"
#include "nodes/nodes.h"
}

namespace penstock::output {

// The changes that are captured.
struct PublishedActions {
  bool inserts;
  bool updates;
  bool deletes;
  bool truncates;
};
constexpr PublishedActions kEveryAction = {true, true, true, true};

// What a publication says about a relation.
struct PublishedRelation {
  Oid named_relid;  // whose name the events carry; InvalidOid: its changes are not published
  PublishedActions actions;
  Bitmapset *columns;  // attribute numbers of the named relation; NULL: all
  Node *filter;        // over the named relation's columns; NULL: every row
};

// Whether the publication of the options decides what is captured. Debezium's snapshot reads what
// the filters take, whatever the publication says.
bool UsesPublication(const event::EventOptions &options, bool snapshot);

// Reads the catalogue as the active snapshot shows it, into CurrentMemoryContext. ERROR when there
// is no such publication.
PublishedRelation ReadPublished(const event::EventOptions &options, Relation relation);

// Marks the columns that a column list leaves out. named: the relation of named_relid.
void MarkUnpublished(const PublishedRelation &published, Relation named, RelationShape *shape);

}  // namespace penstock::output

#endif
