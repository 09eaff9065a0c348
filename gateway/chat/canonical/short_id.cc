#include "gateway/chat/canonical/short_id.h"

#include <cstdint>

#include "gateway/text/ascii.h"

namespace tollgate {

std::string shortened_id(std::string_view id, std::string_view also_taken, std::size_t most_bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    constexpr std::size_t kDigestBytes = 17;
    std::string shortened;
    std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (const char c : id) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        if (shortened.size() + kDigestBytes == most_bytes) continue;
        shortened += is_ascii_alphanumeric(c) || also_taken.find(c) != std::string_view::npos ? c : '_';
    }
    shortened += '-';
    for (int shift = 60; shift >= 0; shift -= 4) shortened += kDigits[hash >> shift & 15];
    return shortened;
}

}  // namespace tollgate
