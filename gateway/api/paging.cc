#include "gateway/api/paging.h"

#include <charconv>
#include <cstdio>

#include "gateway/api/call.h"

namespace tollgate {
namespace {

constexpr std::size_t kNumberDigits = 12;  // hexadecimal
constexpr std::size_t kMostPlaceBytes = 128;
constexpr std::size_t kListNameDigits = 20;  // hexadecimal
constexpr std::string_view kNotOfThisList = "is not one of this list, which has another route, organization or filter";

std::string list_name(const Call& call) {
    const ApiRequest& request = call.request;
    std::string text(request.operation->method);
    text.append(" ").append(request.path);
    if (!request.operation->names_organization()) {
        text.append(" ").append(to_uuid(request.caller.organization)).append(" ").append(to_uuid(request.caller.user));
    }
    text.append("?").append(call.query.filter());
    return to_hex(digest_key(text)).substr(0, kListNameDigits);
}

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

Page read_page_of_any(Call& call, std::uint32_t most, std::uint32_t usual) {
    Page page{.after = {}, .limit = call.query.number("limit", 1, most, usual), .list = list_name(call)};
    const std::string cursor = call.query.text("cursor");
    if (cursor.empty()) return page;
    if (cursor.starts_with(page.list)) page.after = cursor.substr(page.list.size());
    if (page.after.empty()) call.query.fail("cursor", kNotOfThisList);
    return page;
}

Page read_page(Call& call) {
    Page page = read_page_of_any(call, kMaxPage, kUsualPage);
    if (!page.after.empty() && !number_of_place(page.after)) call.query.fail("cursor", kNotOfThisList);
    return page;
}

std::string place_of(std::int64_t number, std::string_view text) {
    char digits[17];
    std::snprintf(digits, sizeof digits, "%0*llx", static_cast<int>(kNumberDigits),
                  static_cast<unsigned long long>(number));
    return digits + std::string(text);
}

}  // namespace tollgate
