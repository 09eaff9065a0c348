#include "gateway/api/paging.h"

#include <charconv>
#include <cstdio>

namespace tollgate {
namespace {

constexpr std::size_t kNumberDigits = 12;  // hexadecimal
constexpr std::size_t kMostPlaceBytes = 128;

}  // namespace

std::optional<std::int64_t> number_of_place(std::string_view place) {
    const auto is_of_a_place = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'; };
    if (place.size() < kNumberDigits || place.size() > kMostPlaceBytes) return std::nullopt;
    if (!std::ranges::all_of(place, is_of_a_place)) return std::nullopt;
    const char* const end = place.data() + kNumberDigits;
    std::int64_t number = 0;
    const auto [stop, failed] = std::from_chars(place.data(), end, number, 16);
    return failed == std::errc() && stop == end && number >= 0 ? std::optional(number) : std::nullopt;
}

Page read_page(QueryFields& query) {
    Page page{.after = query.text("cursor"), .limit = query.number("limit", 1, kMaxPage, kUsualPage)};
    if (!page.after.empty() && !number_of_place(page.after)) query.fail("cursor", "is none of this list's");
    return page;
}

std::string place_of(std::int64_t number, std::string_view text) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%0*llx", static_cast<int>(kNumberDigits),
                  static_cast<unsigned long long>(number));
    return digits + std::string(text);
}

}  // namespace tollgate
