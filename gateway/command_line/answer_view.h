// The API's answers as people read them: values under each other, lists as tables. Nothing of an answer is left out
// that is not empty, but for columns of a list that are not the usual ones, and numbers stand as they came.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.h"

namespace tollgate {

struct ViewOptions {
    std::vector<std::string> columns = {};  // to show, in this order, names with dots: "limits.limit"; empty: the usual
    // Of a list's table: those that are not empty in every row; empty: all of them.
    std::vector<std::string> usual = {};
    std::size_t width = 0;  // of the terminal: a table that is wider is written row by row; 0: any
};

struct AnswerView {
    std::string text;         // for standard output; ends with a newline unless it is empty
    std::string next_cursor;  // of a list in pages; empty: this was the last
};

// invalid: the text is no object, list or whole number in JSON, or has none of the columns.
Result<AnswerView> view_answer(std::string_view json, const ViewOptions& options);

// A text, number, true or false in `json`, by a path with dots: "error.message". Empty if there is none.
std::string member_text(std::string_view json, std::string_view path);

// Without what would steer a terminal: control characters are shown as �.
std::string printable(std::string_view text);

}  // namespace tollgate
