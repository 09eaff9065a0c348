// OpenHands' paging, beside our own by cursor (paging.h): `page_id` and `limit` in; `items` and `next_page_id` out,
// which is how many items stand before the next page.
//
// Both are ways to read one list, at one path. `page_id` chooses: whoever sends it gets OpenHands' shape, whoever does
// not gets ours, so that no answer has two meanings and no list two orders under one cursor. A client that pages
// OpenHands' way begins with page_id=0, which OpenHands takes, too. Where OpenHands alone has a route, such as
// members/financial, there is only its paging, and an absent page_id is 0.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "gateway/api/call.h"

namespace tollgate {

inline constexpr std::uint32_t kMostPageIdItems = 100;  // on a page

inline constexpr Field kPageIdField = fields::integer("page_id").from(0, std::numeric_limits<std::uint32_t>::max());
inline constexpr Field kOtherPagingField =
    kPageIdField.note("Pages as OpenHands does: 0, then the next_page_id of the page before; in place of cursor");
inline constexpr Field kNextPageId = fields::text("next_page_id").or_null().note("null: this was the last");
inline constexpr std::array kPageNumberFields = {fields::integer("current_page").note("From 1"),
                                                 fields::integer("per_page")};

struct PageId {
    std::uint32_t begin = 0, limit = kMostPageIdItems;

    template <class Item>
    std::vector<Item> items_of(const std::vector<Item>& all) const {
        const std::size_t first = std::min<std::size_t>(begin, all.size());
        const std::size_t end = std::min<std::size_t>(std::size_t{begin} + limit, all.size());
        return std::vector<Item>(all.begin() + static_cast<std::ptrdiff_t>(first),
                                 all.begin() + static_cast<std::ptrdiff_t>(end));
    }
    // null where the list of so many items ends.
    void write_next(std::size_t all, JsonWriter& json) const {
        const std::size_t end = std::size_t{begin} + limit;
        json.key("next_page_id");
        end < all ? json.text(std::to_string(end)) : json.null();
    }
    void write_numbers(JsonWriter& json) const {
        json.key("current_page").number(static_cast<std::int64_t>(begin / limit) + 1);
        json.key("per_page").number(limit);
    }
};

// `usual`: the limit if none is given.
inline PageId read_page_id(Call& call, std::uint32_t usual) {
    return {.begin = call.query.number("page_id", 0, std::numeric_limits<std::uint32_t>::max(), 0),
            .limit = call.query.number("limit", 1, kMostPageIdItems, usual)};
}
// nullopt: the caller pages by cursor.
inline std::optional<PageId> read_page_id_if_any(Call& call, std::uint32_t usual) {
    if (call.query.text("page_id").empty()) return std::nullopt;
    if (!call.query.text("cursor").empty()) call.query.fail("page_id", "and 'cursor' are two ways to page: use one");
    return read_page_id(call, usual);
}

}  // namespace tollgate
