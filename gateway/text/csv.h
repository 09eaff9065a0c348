// Cells of CSV (RFC 4180) that people open in a spreadsheet.
#pragma once

#include <string>
#include <string_view>

namespace tollgate {

// Quoted where it has to be. Texts come from callers: one that a spreadsheet would take for a formula gets a ' in
// front.
void append_csv_text(std::string_view text, std::string& out);

}  // namespace tollgate
