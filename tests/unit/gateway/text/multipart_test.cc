#include "gateway/text/multipart.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace tollgate {
namespace {

std::string part(const std::string& disposition, const std::string& value, const std::string& more = "") {
    return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n" + more + "\r\n" + value + "\r\n";
}

TEST(Multipart, D81_PartsAreFoundWhereverTheyStandWithTheirBytes) {
    const std::string file = std::string("RIFF\0\r\n--\r\n--A\r\n\xff", 17);
    const std::string body = part(R"(name="file"; filename="a.wav")", file, "Content-Type: audio/wav\r\n") +
                             part(R"(name="timestamp_granularities[]")", "word") +
                             part(R"(name="timestamp_granularities[]")", "segment") + part("name=model", "whisper-1") +
                             "--B--\r\n";
    const auto parts = read_form(body, "B");
    ASSERT_TRUE(parts) << parts.error().detail().message;
    ASSERT_EQ(parts->size(), 4U);
    EXPECT_EQ((*parts)[0].name, "file");
    EXPECT_TRUE((*parts)[0].is_file);
    EXPECT_EQ((*parts)[0].value, file);
    EXPECT_EQ((*parts)[1].value, "word");
    EXPECT_EQ((*parts)[2].value, "segment");
    EXPECT_EQ((*parts)[3].name, "model");
    EXPECT_FALSE((*parts)[3].is_file);
    EXPECT_EQ((*parts)[3].value, "whisper-1");
    EXPECT_EQ((*parts)[3].value.data(), body.data() + body.find("whisper-1")) << "a view of the body";
}

TEST(Multipart, WhatStandsAroundThePartsIsNoPart) {
    const std::string body = "preamble\r\n" + part(R"(name="a")", "") + part(R"(name="b")", "x") + "--B--\r\nepilogue";
    const auto parts = read_form(body, "B");
    ASSERT_TRUE(parts);
    ASSERT_EQ(parts->size(), 2U);
    EXPECT_EQ((*parts)[0].value, "");
    EXPECT_EQ((*parts)[0].whole, part(R"(name="a")", ""));
    EXPECT_EQ((*parts)[1].whole, part(R"(name="b")", "x"));
    EXPECT_EQ((*parts)[1].value, "x");
    EXPECT_TRUE(read_form("--B--", "B")->empty());
}

TEST(Multipart, NamesAreReadAsClientsSpellThem) {
    for (const char* disposition :
         {R"(name="model")", "name=model", R"(NAME="model")", R"(filename="x"; name="model")", R"(name = "model")"}) {
        const auto parts = read_form(part(disposition, "m") + "--B--", "B");
        ASSERT_TRUE(parts) << disposition;
        EXPECT_EQ(parts->front().name, "model") << disposition;
    }
    EXPECT_EQ(read_form(part(R"(name="a\"b")", "m") + "--B--", "B")->front().name, "a\"b");
    EXPECT_EQ(read_form(part(R"(name="a;b")", "m") + "--B--", "B")->front().name, "a;b");
    EXPECT_EQ(read_form("--B\r\ncontent-disposition:form-data;name=x\r\n\r\nv\r\n--B--", "B")->front().name, "x");
}

TEST(Multipart, WhatTwoReadersMayReadDifferentlyIsRefused) {
    for (const std::string& body : std::initializer_list<std::string>{
             std::string(),
             std::string("no form"),
             part(R"(name="a")", "x"),                             // no last boundary
             "--B\r\nContent-Type: text/plain\r\n\r\nx\r\n--B--",  // no name
             part(R"(name="a"; name="b")", "x") + "--B--",         // two names
             "--B\r\nContent-Disposition: form-data; name=a\r\nContent-Disposition: form-data; "
             "name=b\r\n\r\nx\r\n--B--",
             part("filename=x", "x") + "--B--",
             "--Bx" + part(R"(name="a")", "x") + "--B--",  // a boundary with something behind it
             "--B\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B--",
             "--B\r\nx: " + std::string(kMostPartHeadBytes, 'x') + "\r\n\r\nx\r\n--B--",
         }) {
        EXPECT_FALSE(read_form(body, "B")) << body.substr(0, 80);
    }
    std::string many;
    for (std::size_t i = 0; i <= kMostFormParts; ++i) many += part(R"(name="a")", "x");
    EXPECT_FALSE(read_form(many + "--B--", "B"));
}

TEST(Multipart, TheBoundaryIsTheContentTypes) {
    EXPECT_EQ(form_boundary("multipart/form-data; boundary=----WebKitFormBoundaryX"), "----WebKitFormBoundaryX");
    EXPECT_EQ(form_boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\""), "a b");
    for (const char* none : {"", "application/json", "multipart/mixed; boundary=a", "multipart/form-data",
                             "multipart/form-data; boundary=", "multipart/form-data; boundary=\"a\r\nb\"",
                             "multipart/form-data; boundary=\"a"}) {
        EXPECT_EQ(form_boundary(none), "") << none;
    }
    EXPECT_EQ(form_boundary("multipart/form-data; boundary=" + std::string(71, 'a')), "");
}

TEST(Multipart, NoBytesAreReadBeyondTheBody) {
    std::mt19937 random(7);
    const std::string good = part(R"(name="file"; filename="a")", "data") + part("name=model", "m") + "--B--\r\n";
    for (int round = 0; round < 20000; ++round) {
        std::string body = good.substr(0, random() % (good.size() + 1));
        for (int change = 0; change < 3 && !body.empty(); ++change)
            body[random() % body.size()] = "\r\n-B:;\"=x"[random() % 9];
        const std::string exact(body.data(), body.size());
        if (const auto parts = read_form(exact, "B")) {
            for (const FormPart& one : *parts) {
                EXPECT_GE(one.value.data(), exact.data());
                EXPECT_LE(one.value.data() + one.value.size(), exact.data() + exact.size());
            }
        }
    }
}

}  // namespace
}  // namespace tollgate
