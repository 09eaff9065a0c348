// Which form of a file of the dashboard goes to whom.
#include "gateway/api/dashboard.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gateway/dashboard/embedded_file.h"

namespace tollgate {
namespace {

TEST(Dashboard, TheCodingIsOneThatIsTaken) {
    using enum FileCoding;
    const struct {
        std::string_view accepted;
        FileCoding chosen;
    } rows[] = {
        {"gzip, deflate, br, zstd", brotli},
        {"br", brotli},
        {"BR;q=0.5", brotli},
        {"gzip", gzip},
        {" gzip ; q=1 , identity", gzip},
        {"br;q=0, gzip", gzip},
        {"br; q=0.000, gzip;q=0", identity},
        {"br;q=0.001", brotli},
        {"*", identity},
        {"brx, xgzip", identity},
        {"", identity},
        {",;,;q=,", identity},
    };
    for (const auto& row : rows) EXPECT_EQ(choose_coding(row.accepted), row.chosen) << row.accepted;
}

TEST(Dashboard, EveryFileIsThereInThreeForms) {
    const auto files = dashboard_files();
    EXPECT_NE(std::ranges::find(files, "index.html", &EmbeddedFile::name), files.end());
    for (const EmbeddedFile& file : files) {
        EXPECT_FALSE(file.plain.empty() || file.brotli.empty() || file.content_type.empty()) << file.name;
        EXPECT_EQ(file.gzip.substr(0, 2), "\x1f\x8b") << file.name;
        EXPECT_TRUE(file.etag.starts_with('"') && file.etag.ends_with('"')) << file.name;
        EXPECT_EQ(file.immutable, file.name.contains('-')) << file.name << ": a name without a hash may have news";
    }
}

}  // namespace
}  // namespace tollgate
