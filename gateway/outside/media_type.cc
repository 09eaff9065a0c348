#include "gateway/outside/media_type.h"

#include <array>

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;

// https://mimesniff.spec.whatwg.org/#matching-an-image-type-pattern
struct Signature {
    std::string_view type, begin, after_size;  // of RIFF, whose size stands between
};
constexpr std::size_t kRiffSizeBytes = 4;
constexpr std::array kSignatures = {
    Signature{"image/png", "\x89PNG\r\n\x1a\n"sv, {}},
    Signature{"image/jpeg", "\xff\xd8\xff"sv, {}},
    Signature{"image/gif", "GIF87a"sv, {}},
    Signature{"image/gif", "GIF89a"sv, {}},
    Signature{"image/webp", "RIFF"sv, "WEBPVP"sv},
    Signature{"application/pdf", "%PDF-"sv, {}},
};

bool matches(const Signature& signature, std::string_view bytes) {
    if (!bytes.starts_with(signature.begin)) return false;
    if (signature.after_size.empty()) return true;
    const std::size_t at = signature.begin.size() + kRiffSizeBytes;
    return bytes.size() > at && bytes.substr(at).starts_with(signature.after_size);
}

}  // namespace

std::string_view media_type_of_bytes(std::string_view bytes) {
    for (const Signature& signature : kSignatures) {
        if (matches(signature, bytes)) return signature.type;
    }
    return {};
}

}  // namespace tollgate
