#include "gateway/chat/canonical/translation_notes.h"

#include <algorithm>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::string_view kSeparator = ", ", kUnnameable = "?", kMore = "...";

bool may_stand_in_header(char c) {
    return is_ascii_alphanumeric(c) || std::string_view("_-.[]").find(c) != std::string_view::npos;
}

bool has(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const auto end = std::min(list.find(kSeparator), list.size());
        if (list.substr(0, end) == name) return true;
        list.remove_prefix(std::min(end + kSeparator.size(), list.size()));
    }
    return false;
}

}  // namespace

void FieldNames::add(std::string_view name) {
    const bool good = !name.empty() && name.size() <= kMostNameBytes && std::ranges::all_of(name, may_stand_in_header);
    if (!good) name = kUnnameable;
    if (text_.size() + kSeparator.size() + name.size() + kSeparator.size() + kMore.size() > kMostBytes) name = kMore;
    if (has(text_, name) || has(text_, kMore)) return;
    if (!text_.empty()) text_ += kSeparator;
    text_ += name;
}

void FieldNames::add(const FieldNames& names) {
    for (std::string_view rest = names.text_; !rest.empty();) {
        const std::size_t end = std::min(rest.find(kSeparator), rest.size());
        add(rest.substr(0, end));
        rest.remove_prefix(std::min(end + kSeparator.size(), rest.size()));
    }
}

}  // namespace tollgate
