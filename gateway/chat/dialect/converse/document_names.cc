#include "gateway/chat/dialect/converse/document_names.h"

#include <algorithm>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostNumberBytes = 20;

// Letters, digits, hyphens, brackets and single spaces are left.
std::string with_few_characters(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const bool plain = is_ascii_alphanumeric(c) || std::string_view("()[]").find(c) != std::string_view::npos;
        const char put = plain ? c : c == ' ' ? ' ' : '-';
        const bool runs_on = !plain && !name.empty() && (name.back() == '-' || name.back() == ' ');
        if (!runs_on && (plain || !name.empty())) name += put;
    }
    name.resize(std::min(name.size(), DocumentNames::kMostBytes - kMostNumberBytes));
    while (!name.empty() && (name.back() == ' ' || name.back() == '-')) name.pop_back();
    return name.empty() ? "document" : name;
}

}  // namespace

std::string DocumentNames::next(Spelt name) {
    const std::string wanted = with_few_characters(plain(name));
    std::string given = wanted;
    for (std::size_t number = 2; std::ranges::find(given_, given) != given_.end(); ++number) {
        given = wanted + " " + std::to_string(number);
    }
    return given_.emplace_back(std::move(given));
}

}  // namespace tollgate
