#include "gateway/chat/passed_request.h"

#include <gtest/gtest.h>

#include <string>

#include "gateway/chat/dialect/openai_upstream_body.h"

namespace tollgate {
namespace {

constexpr std::string_view kForm = "multipart/form-data; boundary=B", kJson = "application/json";

std::string part(const std::string& disposition, const std::string& value) {
    return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n";
}

// What is sent to a provider that names the model so.
std::string sent(const std::string& body, std::string_view content_type, std::string_view model) {
    BodyFacts facts;
    facts.clear();
    const Error error = read_passed_request(body, content_type, 32, facts);
    EXPECT_FALSE(error) << error.detail().message;
    UpstreamBody upstream;
    upstream.build_passed(body, facts, model);
    std::string whole;
    for (const std::string_view piece : upstream.pieces()) whole += piece;
    EXPECT_EQ(upstream.size(), whole.size());
    return whole;
}

ErrorKind refused(const std::string& body, std::string_view content_type) {
    BodyFacts facts;
    facts.clear();
    return read_passed_request(body, content_type, 32, facts).kind();
}

TEST(PassedRequest, D81_OnlyTheValueOfTheModelChangesWhereverItStands) {
    const std::string file = part(R"(name="file"; filename="a.wav")", std::string("RIFF\0\r\n--\r\n", 11));
    const std::string twice =
        part(R"(name="timestamp_granularities[]")", "word") + part(R"(name="timestamp_granularities[]")", "segment");
    const std::string before = part(R"(name="model")", "alias"), after = part(R"(name="model")", "whisper-1");
    EXPECT_EQ(sent(file + twice + before + "--B--\r\n", kForm, "whisper-1"), file + twice + after + "--B--\r\n");
    EXPECT_EQ(sent(before + file + twice + "--B--\r\n", kForm, "whisper-1"), after + file + twice + "--B--\r\n");
    EXPECT_EQ(sent(R"({ "input": "hi", "model" : "alias" , "x":[1.0]})", kJson, "a\"b"),
              R"({ "input": "hi", "model" : "a\"b" , "x":[1.0]})");
}

TEST(PassedRequest, ADefaultModelIsAddedOrTakesThePlaceOfANull) {
    EXPECT_EQ(sent(R"( {"input":"x"})", kJson, "m"), R"( {"model":"m","input":"x"})");
    EXPECT_EQ(sent("{ }", kJson, "m"), R"({"model":"m" })");
    EXPECT_EQ(sent(R"({"input":"x","model": null})", kJson, "m"), R"({"input":"x","model": "m"})");
}

// Where it goes is no provider's affair; what says so is cut out, and nothing else.
TEST(PassedRequest, WhatSaysWhereItGoesIsNotSent) {
    constexpr std::string_view kRouted = R"({"zdr":true})";
    const std::string p = R"("provider": {"zdr":true})", m = R"("models":["x"])";
    EXPECT_EQ(sent("{" + p + R"( , "model":"a","input":"x"})", kJson, "m"), R"({"model":"m","input":"x"})");
    EXPECT_EQ(sent(R"({"model":"a", )" + p + R"( ,"input":"x" })", kJson, "m"), R"({"model":"m", "input":"x" })");
    EXPECT_EQ(sent(R"({"model":"a" , )" + p + " }", kJson, "m"), R"({"model":"m" })");
    EXPECT_EQ(sent(R"({"model":"a",)" + m + "," + p + "}", kJson, "m"), R"({"model":"m"})");
    EXPECT_EQ(sent("{" + m + "," + p + R"(,"input":1,)" + m + "}", kJson, "m"), R"({"model":"m","input":1})");
    EXPECT_EQ(sent("{ " + m + "," + p + " }", kJson, "m"), R"({"model":"m"  })");
    EXPECT_EQ(sent(R"({"provider":null,"model":"a"})", kJson, "m"), R"({"model":"m"})");
    const std::string model = part("name=model", "a"), changed = part("name=model", "m"), file = part("name=f", "x");
    const std::string provider = part("name=provider", std::string(kRouted)), models = part("name=models", R"(["x"])");
    EXPECT_EQ(sent(provider + model + file + "--B--\r\n", kForm, "m"), changed + file + "--B--\r\n");
    EXPECT_EQ(sent("pre\r\n" + model + provider + file + models + "--B--", kForm, "m"),
              "pre\r\n" + changed + file + "--B--");
    BodyFacts facts;
    facts.clear();
    const std::string body = model + provider + models + "--B--";
    EXPECT_FALSE(read_passed_request(body, kForm, 32, facts));
    EXPECT_EQ(facts.provider_value.of(body), kRouted);
    EXPECT_EQ(facts.models_value.of(body), R"(["x"])");
}

TEST(PassedRequest, AFormSaysWhereItGoesInJson) {
    const std::string model = part("name=model", "a");
    for (const std::string& wrong :
         {part("name=provider", "openai"), part("name=provider", R"({},"models":["x"])"),
          part("name=\"provider[zdr]\"", "true"), part("name=\"models[]\"", "x"),
          part("name=models; filename=a", R"(["x"])"), part("name=models", "[]") + part("name=models", "[]")}) {
        EXPECT_EQ(refused(model + wrong + "--B--", kForm), ErrorKind::invalid_request) << wrong;
    }
}

// A name of a form that looks like JSON is none: a provider would else read a name with quotes.
TEST(PassedRequest, AFormsModelIsItsTextWhateverItLooksLike) {
    EXPECT_EQ(sent(part("name=model", R"("\um)") + "--B--", kForm, "whisper-1"),
              part("name=model", "whisper-1") + "--B--");
}

TEST(PassedRequest, WhatIsHeldByIsRead) {
    BodyFacts facts;
    facts.clear();
    EXPECT_FALSE(read_passed_request(R"({"model":"m\u0061","n":3,"prompt":"12345","size":"1"})", kJson, 32, facts));
    EXPECT_EQ(facts.model, "ma");
    EXPECT_EQ(facts.choices, 3);
    EXPECT_EQ(facts.prompt_bytes, 7);
    EXPECT_FALSE(facts.stream || facts.prompt_is_text);
    facts.clear();
    const std::string body = part("name=model", "m") + part("name=n", "2") + part("name=prompt", "12345") +
                             part("name=image; filename=a", std::string(10 * kFileBytesPerToken, 'x')) + "--B--";
    EXPECT_FALSE(read_passed_request(body, kForm, 32, facts));
    EXPECT_EQ(facts.choices, 2);
    EXPECT_EQ(facts.prompt_extra_tokens, 11);
}

TEST(PassedRequest, AModelThatIsAbsentIsSoToThePlan) {
    BodyFacts facts;
    facts.clear();
    EXPECT_FALSE(read_passed_request(R"({"model":null,"input":"x"})", kJson, 32, facts));
    EXPECT_FALSE(facts.has_model);
}

TEST(PassedRequest, WhatCannotBeRoutedIsRefused) {
    EXPECT_EQ(refused("{", kJson), ErrorKind::invalid_json);
    EXPECT_EQ(refused("", kJson), ErrorKind::invalid_json);
    EXPECT_EQ(refused("[1]", kJson), ErrorKind::invalid_request);
    EXPECT_EQ(refused(R"({"model":1})", kJson), ErrorKind::invalid_request);
    EXPECT_EQ(refused(R"({"model":""})", kJson), ErrorKind::invalid_request);
    EXPECT_EQ(refused(R"({"model":"a","model":"b"})", kJson), ErrorKind::invalid_request);
    EXPECT_EQ(refused(R"({"model":"a","mod\u0065l":"b"})", kJson), ErrorKind::invalid_request);
    EXPECT_EQ(refused(R"({"model":"a","n":0})", kJson), ErrorKind::invalid_request);
    EXPECT_EQ(refused(R"({"model":"a","n":1.5})", kJson), ErrorKind::invalid_request);
    EXPECT_EQ(refused(part("name=model", "a") + part("name=model", "b") + "--B--", kForm), ErrorKind::invalid_request);
    EXPECT_EQ(refused(part("name=model", "a") + part("name=n", "many") + "--B--", kForm), ErrorKind::invalid_request);
    EXPECT_EQ(refused(part("name=n", "1") + "--B--", kForm), ErrorKind::model_required);
    EXPECT_EQ(refused(part("name=model", "a"), kForm), ErrorKind::invalid_request);
    EXPECT_EQ(refused(part("name=model", "a") + "--B--", "multipart/form-data"), ErrorKind::invalid_json);
    EXPECT_EQ(refused(std::string(40, '[') + std::string(40, ']'), kJson), ErrorKind::invalid_json);
}

TEST(PassedRequest, APathOfAnAccountHasPlainNamesAlone) {
    for (const auto* const path :
         {"/v1/files", "/v1/files/file-aB_1.2", "/v1/files/a..b/content", "/v1/batches/b/cancel"}) {
        EXPECT_FALSE(check_account_path(path)) << path;
    }
    for (const auto* const path : {"/v1/files/..", "/v1/files/.", "/v1/files/...", "/v1/files/../content", "/v1/files/",
                                   "/v1/files//content", "/v1/files/%2e%2e", "/v1/files/..%2f..%2f", "/v1/files/a%00",
                                   "/v1/files/a;b", "/v1/files/a\\b", "/v1/files/a#b", "/v1/files/a b"}) {
        EXPECT_EQ(check_account_path(path).kind(), ErrorKind::invalid_request) << path;
    }
}

}  // namespace
}  // namespace tollgate
