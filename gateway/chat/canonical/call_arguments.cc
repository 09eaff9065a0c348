#include "gateway/chat/canonical/call_arguments.h"

#include <algorithm>

namespace tollgate {
namespace {

constexpr std::size_t kMostDepth = 128;
constexpr std::string_view kSpace = " \t\r\n";

}  // namespace

std::string object_in(Spelt text) {
    const auto first = text.find_first_not_of(kSpace);
    if (first == Spelt::npos || (text[first] != '{' && text[first] != '\\')) return {};
    std::string json = plain(text);
    json.erase(0, std::min(json.find_first_not_of(kSpace), json.size()));
    return is_object(json) && is_json(json, kMostDepth) ? json : std::string();
}

bool append_arguments(Json object, Spelt text, std::string& out) {
    if (!object.empty()) {
        out += object;
        return true;
    }
    const std::string spelt_object = is_blank(text) ? "{}" : object_in(text);
    out += spelt_object;
    if (spelt_object.empty()) ((out += R"({"invalid_arguments":")") += text) += "\"}";
    return !spelt_object.empty();
}

}  // namespace tollgate
