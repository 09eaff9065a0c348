#include "gateway/client/tag_fields.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

std::string list_of(const std::string& fields) {
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
    wire::RequestHead parsed;
    EXPECT_EQ(wire::parse_request_head(head, 100, parsed).status, 0);
    std::string list;
    append_tag_fields(parsed, list);
    return list;
}

TEST(TagFields, AllOfThemAreOneList) {
    EXPECT_EQ(list_of("X-Tollgate-Tags: a, b\r\nAccept: */*\r\nx-tollgate-tags: c\r\n"), "a, b,c");
}

TEST(TagFields, OtherFieldsAreNone) { EXPECT_EQ(list_of("X-Tollgate-Tag: a\r\nAccept: */*\r\n"), ""); }

}  // namespace
}  // namespace tollgate
