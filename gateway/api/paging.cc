#include "gateway/api/paging.h"

#include <cstdio>

namespace tollgate {

Page read_page(QueryFields& query) {
    Page page{.after = query.text("cursor"), .limit = query.number("limit", 1, kMaxPage, kUsualPage)};
    constexpr std::size_t kMostBytes = 128;
    const auto is_of_a_place = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-'; };
    if (page.after.size() > kMostBytes || !std::ranges::all_of(page.after, is_of_a_place)) {
        query.fail("cursor", "is none of this list's");
    }
    return page;
}

std::string place_of(std::int64_t created_ms, std::string_view text) {
    char time[17];
    std::snprintf(time, sizeof time, "%012llx", static_cast<unsigned long long>(created_ms));
    return time + std::string(text);
}

}  // namespace tollgate
