// pivot_writer.h: writes the records of format=pivot, piece by piece: what all records of a change
// have in common once, then each field.
#ifndef PENSTOCK_EVENT_PIVOT_WRITER_H
#define PENSTOCK_EVENT_PIVOT_WRITER_H

#include <cstdint>
#include <string>
#include <vector>

#include "buffer.h"
#include "plan.h"

namespace penstock::event {

class PivotWriter {
 public:
  void BeginTransaction(int64_t commit_us);

  // Gives the change its id: where it stands in the WAL and, as rows of one WAL record have one
  // position, its place among them. Both are the same whenever the change is decoded again.
  // A row of a snapshot has no such place: its key tells it apart, or without one its number.
  void BeginChange(const RelationPlan& plan, char op, uint64_t lsn);

  // What the row's records have in common. op: of the records.
  void BeginRow(const RelationPlan& plan, char op, const FieldValue* row);

  // The key of the field's record.
  void AppendKey(Buffer& out, const RelationPlan& plan, const PivotField& field) const;

  // Its value. Values that are not known, or null, print null.
  void AppendValue(Buffer& out, const RelationPlan& plan, const PivotField& field,
                   const FieldValue* before, const FieldValue* after);

  // Whether two values differ in what a record would show.
  bool Differs(const Column& column, const FieldValue& before, const FieldValue& after);

 private:
  void AppendTold(const RelationPlan& plan, const std::vector<int>& columns, const FieldValue* row,
                  Buffer* out);
  // The value as a JSON string, or null.
  void AppendString(Buffer& out, const Column& column, const FieldValue* value);
  void AppendTimes(const RelationPlan& plan, char op, const FieldValue* row);

  std::string commit_time_;  // quoted
  uint64_t lsn_ = 0;
  uint64_t place_ = 0;
  std::string id_;  // quoted
  Buffer key_;      // ,"holding_id":1000
  Buffer told_;     // ,"holding_id":1000,"user_id":1
  Buffer end_;      // ,"datetime_created":…,"crud_type":"u"
  Buffer text_, other_text_;
};

}  // namespace penstock::event

#endif
