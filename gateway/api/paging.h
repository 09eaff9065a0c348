// Lists in pages: `limit` and `cursor` in, `data` and `next_cursor` out. A cursor says behind which place of the list's
// order the next page begins, so that it stays good while members come and go.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/api/query_fields.h"
#include "gateway/api/schema.h"
#include "gateway/text/json_writer.h"

namespace tollgate {

inline constexpr std::uint32_t kUsualPage = 100;
inline constexpr std::uint32_t kMaxPage = 1000;  // members

inline constexpr Field kPageLimit = fields::integer("limit").from(1, kMaxPage).note("How many, at most; 100 if absent");
inline constexpr Field kPageCursor = fields::text("cursor").note("The next_cursor of the page before");
inline constexpr Field kNextCursor =
    fields::text("next_cursor").or_null().note("Where the next page begins; null: this was the last");

inline constexpr std::array kPageQueryFields = {kPageLimit, kPageCursor};
inline constexpr Schema kPageQuery{"PageQuery", kPageQueryFields};

struct Page {
    std::string after;  // a place; empty: from the beginning
    std::uint32_t limit = kUsualPage;
};
Page read_page(QueryFields& query);

// Places sort as (time, text) do. The text must be a cursor's: letters, digits and dashes.
std::string place_of(std::int64_t created_ms, std::string_view text);

// What of a list is on a page.
template <class Item>
struct PageOf {
    std::vector<Item> items;
    std::string next_cursor;  // empty: this was the last
};

// `all` must be in order of place.
template <class Item, class PlaceOf>
PageOf<Item> page_of(const Page& page, const std::vector<Item>& all, PlaceOf place_of) {
    const auto begin = page.after.empty() ? all.begin() : std::ranges::upper_bound(all, page.after, {}, place_of);
    const auto end = begin + std::min<std::ptrdiff_t>(page.limit, all.end() - begin);
    return {.items = {begin, end}, .next_cursor = end == all.end() || end == begin ? "" : place_of(*std::prev(end))};
}

// {"data":[…],"next_cursor":…} of what is in order of place.
template <class Item, class PlaceOf, class Write>
void write_page(const Page& page, const std::vector<Item>& all, PlaceOf place_of, Write write, JsonWriter& json) {
    const PageOf<Item> part = page_of(page, all, place_of);
    json.object().key("data").array();
    for (const Item& item : part.items) write(item);
    json.end().key("next_cursor").text_or_null(part.next_cursor).end();
}

}  // namespace tollgate
