#include "gateway/client/field_value.h"

#include <gtest/gtest.h>

namespace tollgate {
namespace {

std::string written(std::string_view name) {
    std::string line;
    {
        BufferedText out(line);
        append_field_value(name, out);
    }
    return line;
}

TEST(FieldValue, NoByteOfItEndsTheLine) {
    using namespace std::string_view_literals;
    EXPECT_EQ(written("box/a\r\nContent-Length: 2\r\n\r\nhi"), "box/a??Content-Length: 2????hi");
    EXPECT_EQ(written("a\0b\x7f\n"sv), "a?b??");
}

TEST(FieldValue, WhatIsOnOneLineStaysAsItIs) {
    for (const std::string_view name : {"", "openai/gpt-5.5", "box/\u00e9 x", "a:b~\"c\""})
        EXPECT_EQ(written(name), name);
}

}  // namespace
}  // namespace tollgate
