#include "gateway/text/csv.h"

namespace tollgate {

void append_csv_text(std::string_view text, std::string& out) {
    const bool formula = !text.empty() && std::string_view("=+-@\t\r").contains(text.front());
    if (!formula && text.find_first_of(",\"\r\n") == std::string_view::npos) {
        out += text;
        return;
    }
    out += '"';
    if (formula) out += '\'';
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    out += '"';
}

}  // namespace tollgate
