// Lists in pages: `limit` and `cursor` in, `data` and `next_cursor` out. A cursor says which list it is of, and behind
// which place of its order the next page begins, so that it stays good while members come and go.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
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

class Call;

struct Page {
    std::string after;  // a place; empty: from the beginning
    std::uint32_t limit = kUsualPage;
    // Names the list by what it is asked for with: route, organization, caller where the path names no organization,
    // and filters. Its cursors begin with it. A place alone would be one in many lists.
    std::string list = {};

    // Of the page behind this place; empty if it is.
    std::string cursor(std::string_view place) const {
        return place.empty() ? std::string() : list + std::string(place);
    }
};
// The query's error for a cursor of another list.
Page read_page(Call& call);
// The same of a list whose places have a form of their own, which the caller has to look at.
Page read_page_of_any(Call& call, std::uint32_t most, std::uint32_t usual);

// Places sort as (number, text) do. The number is not below zero, mostly a time; the text must be a cursor's: letters,
// digits and dashes.
std::string place_of(std::int64_t number, std::string_view text);
// nullopt: it is no place.
std::optional<std::int64_t> number_of_place(std::string_view place);

// What of a list is on a page.
template <class Item>
struct PageOf {
    std::vector<Item> items;
    std::string next_cursor;  // empty: this was the last
};

// `all` comes in any order, and only what is on the page is sorted. `order` gives the tuple that an item is listed by,
// the least first; its first member is the number of the item's place.
template <class Item, class Order, class PlaceOf>
PageOf<Item> page_of(const Page& page, std::vector<Item> all, Order order, PlaceOf place_of) {
    if (const auto after = number_of_place(page.after)) {
        std::erase_if(all, [&](const Item& one) {
            const std::int64_t number = std::get<0>(order(one));
            return number != *after ? number < *after : place_of(one) <= page.after;
        });
    }
    const bool more = all.size() > page.limit;
    if (more) {
        std::ranges::nth_element(all, all.begin() + page.limit, {}, order);
        all.erase(all.begin() + page.limit, all.end());
    }
    std::ranges::sort(all, {}, order);
    std::string next_cursor = more ? page.cursor(place_of(all.back())) : std::string();
    return {.items = std::move(all), .next_cursor = std::move(next_cursor)};
}

// {"data":[…],"next_cursor":…} of a page_of().
template <class Item, class Write>
void write_page(const PageOf<Item>& part, Write write, JsonWriter& json) {
    json.object().key("data").array();
    for (const Item& item : part.items) write(item);
    json.end().key("next_cursor").text_or_null(part.next_cursor).end();
}

}  // namespace tollgate
