// The columns that lists show by themselves are columns that they have.
#include "gateway/command_line/usual_columns.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ranges>
#include <set>
#include <string>

#include "gateway/api/schema.h"
#include "gateway/command_line/client_command.h"

namespace tollgate {
namespace {

bool has_column(const Schema& item, std::string_view name) {
    const std::string_view first = name.substr(0, name.find('.'));
    const auto found = std::ranges::find(item.fields, first, &Field::name);
    if (found == item.fields.end()) return false;
    return first == name || (found->of != nullptr && has_column(*found->of, name.substr(first.size() + 1)));
}

TEST(UsualColumns, AreOfTheirList) {
    std::set<std::string_view> seen;
    for (const ClientCommand& command : client_commands()) {
        const Schema* const item = item_of(*command.operation);
        if (item == nullptr) continue;
        for (const UsualColumns& one : usual_columns()) {
            if (one.item != item->name) continue;
            seen.insert(one.item);
            for (const auto part : std::views::split(one.names, ',')) {
                const std::string_view name(part);
                EXPECT_TRUE(has_column(*item, name)) << item->name << " has no " << name;
            }
        }
    }
    for (const UsualColumns& one : usual_columns()) EXPECT_TRUE(seen.contains(one.item)) << one.item << " is no list's";
}

TEST(UsualColumns, WideListsHaveSome) {
    constexpr std::size_t kWide = 12;
    // Sums, whose columns are what was asked for.
    const std::set<std::string_view> whole = {"AnalyticsRow", "DailyActivityRow", "SavingsRow"};
    for (const ClientCommand& command : client_commands()) {
        const Schema* const item = item_of(*command.operation);
        if (item == nullptr || item->fields.size() <= kWide || whole.contains(item->name)) continue;
        EXPECT_FALSE(usual_columns_of(*command.operation).empty())
            << command.group << " " << command.verb << ": " << item->name;
    }
}

}  // namespace
}  // namespace tollgate
