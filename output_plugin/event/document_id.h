// document_id.h: the id of a document from the key of its row. Different keys have different ids:
//   one column    its text; "~" as "~0"
//   several       the texts joined by "_"; in them "~" as "~0" and "_" as "~1"
//   NULL          "~n"
//   empty         "~e", when the whole id would be empty
//   longer        than 512 bytes, which is Elasticsearch's limit: "~h" and the SHA-256 of the id
#ifndef PENSTOCK_EVENT_DOCUMENT_ID_H
#define PENSTOCK_EVENT_DOCUMENT_ID_H

#include <string>
#include <vector>

#include "column.h"

namespace penstock::event {

// A column of the row whose text is needed, written as documents write it whatever the format.
struct TextPart {
  int index = -1;  // in the row
  Column column;
};

constexpr size_t kLongestId = 512;

// The value's text: what documents print, without quotes. Only values (state kValue), of columns of
// documents' kinds.
void AppendText(Buffer& out, const Column& column, const FieldValue& value);

// Appends the id of a row. scratch: memory to work in.
void AppendDocumentId(Buffer& out, const std::vector<TextPart>& key, const FieldValue* row,
                      Buffer& scratch);

}  // namespace penstock::event

#endif
