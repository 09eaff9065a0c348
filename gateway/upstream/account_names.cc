#include "gateway/upstream/account_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace tollgate {
namespace {

constexpr std::string_view kRedacted = "[redacted]";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kWord = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kName = "-.0123456789:ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz";

// What stands before a name, of which characters the name is, and how many it has at least: a shorter one is a word.
struct Marker {
    std::string_view before;
    std::string_view of;
    std::size_t least;
};
constexpr std::array kMarkers = {
    Marker{"projects/", kName, 1},  Marker{"project_number:", kDigits, 1},
    Marker{"project ", kDigits, 6}, Marker{"proj_", kWord, 3},
    Marker{"org-", kWord, 12},
};

void redact_behind(const Marker& marker, std::string& text) {
    for (std::size_t at = 0; (at = text.find(marker.before, at)) != std::string::npos;) {
        const bool inside = at > 0 && kWord.contains(text[at - 1]);  // of another word
        at += marker.before.size();
        const std::size_t end = std::min(text.find_first_not_of(marker.of, at), text.size());
        if (!inside && end - at >= marker.least) text.replace(at, end - at, kRedacted);
    }
}

// arn:partition:service:region:account:resource
void redact_in_arns(std::string& text) {
    constexpr std::string_view kArn = "arn:aws";
    constexpr int kColonsBefore = 4;
    for (std::size_t at = 0; (at = text.find(kArn, at)) != std::string::npos;) {
        for (int colon = 0; colon < kColonsBefore && at != std::string::npos; ++colon) {
            at = text.find_first_of(": \"\n", at);
            if (at == std::string::npos || text[at] != ':') break;
            ++at;
        }
        if (at == std::string::npos) return;
        const std::size_t end = std::min(text.find_first_not_of(kDigits, at), text.size());
        if (end > at) text.replace(at, end - at, kRedacted);
    }
}

}  // namespace

void redact_account_names(std::string& text) {
    for (const Marker& marker : kMarkers) redact_behind(marker, text);
    redact_in_arns(text);
}

}  // namespace tollgate
