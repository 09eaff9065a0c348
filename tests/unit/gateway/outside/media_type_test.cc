#include "gateway/outside/media_type.h"

#include <gtest/gtest.h>

#include <string>

namespace tollgate {
namespace {

using std::string_view_literals::operator""sv;

TEST(MediaType, IsToldByTheFirstBytes) {
    EXPECT_EQ(media_type_of_bytes("\x89PNG\r\n\x1a\n\0\0"sv), "image/png");
    EXPECT_EQ(media_type_of_bytes("\xff\xd8\xff\xe0"sv), "image/jpeg");
    EXPECT_EQ(media_type_of_bytes("GIF87a"), "image/gif");
    EXPECT_EQ(media_type_of_bytes("GIF89a"), "image/gif");
    EXPECT_EQ(media_type_of_bytes("RIFF\x10\0\0\0WEBPVP8 "sv), "image/webp");
    EXPECT_EQ(media_type_of_bytes("%PDF-1.7"), "application/pdf");
}

TEST(MediaType, OfAnythingElseIsNotKnown) {
    for (const std::string_view bytes : {""sv, "RIFF"sv, "RIFF\x10\0\0\0"sv, "RIFF\x10\0\0\0WAVEfmt "sv, "\x89PNG"sv,
                                         "<html>"sv, "<svg xmlns="sv, " %PDF-1.7"sv}) {
        EXPECT_EQ(media_type_of_bytes(bytes), "") << bytes;
    }
}

}  // namespace
}  // namespace tollgate
