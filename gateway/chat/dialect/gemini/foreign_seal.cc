#include "gateway/chat/dialect/gemini/foreign_seal.h"

#include <algorithm>
#include <cstddef>

#include "gateway/text/base64.h"

namespace tollgate {
namespace {

// Then come two letters, of whom it is and what, and the id before a colon. Its length is a multiple of three, so that
// it has a base64 of its own.
constexpr std::string_view kMark = "tollgate-v1:";
constexpr std::string_view kSpeltMark = "dG9sbGdhdGUtdjE6";

// By the format.
constexpr std::string_view kFormatLetters = "uaogxb", kSignature = "s", kSealed = "e";
static_assert(kFormatLetters.size() == static_cast<std::size_t>(ReasoningFormat::bedrock) + 1);

}  // namespace

std::string write_foreign_seal(const ForeignSeal& seal) {
    std::string bytes(kMark);
    bytes += kFormatLetters[static_cast<std::size_t>(seal.format)];
    bytes += seal.signature ? kSignature : kSealed;
    if (seal.id.find_first_of(":\\") == std::string::npos) bytes += seal.id;
    return base64((bytes += ':') += seal.text);
}

bool is_foreign_seal(std::string_view signature) { return signature.starts_with(kSpeltMark); }

std::optional<ForeignSeal> read_foreign_seal(std::string_view signature) {
    if (!is_foreign_seal(signature)) return std::nullopt;
    std::string usual(signature);
    std::ranges::replace(usual, '-', '+');
    std::ranges::replace(usual, '_', '/');
    const auto bytes = from_base64(usual);
    if (!bytes || bytes->size() < kMark.size() + 2) return std::nullopt;
    const auto format = kFormatLetters.find((*bytes)[kMark.size()]);
    const char what = (*bytes)[kMark.size() + 1];
    if (format == std::string_view::npos || (what != kSignature[0] && what != kSealed[0])) return std::nullopt;
    const std::size_t begin = kMark.size() + 2, colon = bytes->find(':', begin);
    if (colon == std::string::npos) return std::nullopt;
    std::string id = bytes->substr(begin, colon - begin), text = bytes->substr(colon + 1);
    // They were a JSON string's inside, and become one again.
    if (!is_json("\"" + id + text + "\"", 1) || id.find('\\') != std::string::npos) return std::nullopt;
    return ForeignSeal{static_cast<ReasoningFormat>(format), what == kSignature[0], std::move(text), std::move(id)};
}

}  // namespace tollgate
