#include "gateway/api/usage_table.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

const Columns kLike = {{"page", {}}};

// A list of so many pages, each with one row: its number.
ReadRows list_of(int pages) {
    return [pages](const std::string& after, std::vector<Columns>& rows) -> Result<std::string> {
        const int page = after.empty() ? 1 : std::stoi(after) + 1;
        rows.push_back({{"page", number_of(page)}});
        return page == pages ? std::string() : std::to_string(page);
    };
}

TEST(CsvPages, AWholeListHasAllItsPages) {
    const auto all = read_csv_pages(kLike, true, {}, list_of(3));
    ASSERT_TRUE(all);
    EXPECT_EQ(all->text, "page\r\n1\r\n2\r\n3\r\n");
    EXPECT_EQ(all->next, "");
}

TEST(CsvPages, AListOfNothingHasItsNames) {
    const auto nothing = [](const std::string&, std::vector<Columns>&) -> Result<std::string> { return std::string(); };
    EXPECT_EQ(read_csv_pages({{"id", {}}, {"kind", {}}}, true, {}, nothing)->text, "id,kind\r\n");
}

TEST(CsvPages, OnePageSaysWhereTheNextBegins) {
    const auto first = read_csv_pages(kLike, false, {}, list_of(3));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->text, "page\r\n1\r\n");
    EXPECT_EQ(first->next, "1");
    EXPECT_EQ(read_csv_pages(kLike, true, first->next, list_of(3))->text, "page\r\n2\r\n3\r\n");
}

TEST(CsvPages, AListThatIsTooLongFailsAndIsNotCut) {
    EXPECT_TRUE(read_csv_pages(kLike, true, {}, list_of(kMostCsvPages)));
    const auto too_long = read_csv_pages(kLike, true, {}, list_of(kMostCsvPages + 1));
    ASSERT_FALSE(too_long);
    EXPECT_EQ(too_long.error().code(), StatusCode::full);
    EXPECT_EQ(too_long.error().reason(), "table_too_long");
}

TEST(CsvPages, AFailureOfAPageIsOne) {
    const auto broken = [](const std::string&, std::vector<Columns>&) -> Result<std::string> {
        return failure(StatusCode::corrupt, "a row is malformed");
    };
    EXPECT_EQ(read_csv_pages(kLike, true, {}, broken).error().code(), StatusCode::corrupt);
}

}  // namespace
}  // namespace tollgate
