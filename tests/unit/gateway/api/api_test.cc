// What API handlers write and read with: JSON text, times, body fields.
#include "gateway/api/call.h"
#include "gateway/text/time_text.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "gateway/api/body_fields.h"
#include "gateway/text/csv.h"

namespace tollgate {
namespace {

TEST(Csv, TextsAreQuotedWhereTheyHaveToBeAndNeverAreFormulas) {
    const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                        {"plain", "plain"},
                                                        {"a,b", "\"a,b\""},
                                                        {"a\"b", "\"a\"\"b\""},
                                                        {"a\r\nb", "\"a\r\nb\""},
                                                        {"=1", "\"'=1\""},
                                                        {"+1", "\"'+1\""},
                                                        {"-\"1", "\"'-\"\"1\""},
                                                        {"@x", "\"'@x\""},
                                                        {"\tx", "\"'\tx\""},
                                                        {"1=1", "1=1"}};
    for (const auto& [text, expected] : rows) {
        std::string out;
        append_csv_text(text, out);
        EXPECT_EQ(out, expected);
    }
}

TEST(JsonWriter, ObjectsAndArraysNest) {
    JsonWriter json;
    json.object().key("a").number(1).key("b").array().text("x").number(-2).object().end().array().end().null().end();
    json.key("c").object().key("d").flag(true).key("e").flag(false).end().key("f").raw("[1]").end();
    EXPECT_EQ(json.take(), R"({"a":1,"b":["x",-2,{},[],null],"c":{"d":true,"e":false},"f":[1]})");
}

TEST(JsonWriter, NamesAndTextsAreEscaped) {
    JsonWriter json;
    json.object().key("a\"b").text("c\nd\\").end();
    const auto object = boost::json::parse(json.take()).as_object();
    EXPECT_EQ(object.at("a\"b").as_string(), "c\nd\\");
}

TEST(JsonWriter, MoneyIsExact) {
    JsonWriter json;
    json.array()
        .usd(NanoUsd{1})
        .usd(NanoUsd{kNanoPerUsd})
        .usd(NanoUsd{-250'000})
        .usd(NanoUsd{0})
        .usd(NanoUsd{INT64_MAX})
        .end();
    EXPECT_EQ(json.take(), "[0.000000001,1,-0.00025,0,9223372036.854775807]");
}

TEST(JsonWriter, SeveralRootsAreNotNeededButArraysOfObjectsAre) {
    JsonWriter json;
    json.array();
    for (int i = 0; i < 3; ++i) json.object().key("i").number(i).end();
    EXPECT_EQ(json.end().take(), R"([{"i":0},{"i":1},{"i":2}])");
}

TEST(Rfc3339, TimesAreUtcWithMilliseconds) {
    EXPECT_EQ(rfc3339(0), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(rfc3339(1'795'219'200'007), "2026-11-21T00:00:00.007Z");
    EXPECT_EQ(rfc3339(951'782'399'999), "2000-02-28T23:59:59.999Z");
    EXPECT_EQ(rfc3339(951'782'400'000), "2000-02-29T00:00:00.000Z");
    EXPECT_EQ(rfc3339(253'402'300'799'999), "9999-12-31T23:59:59.999Z");
}

TEST(Rfc3339, TimesAreReadInEveryForm) {
    constexpr std::int64_t kTime = 1'795'219'201'004;
    for (const char* const same : {"1795219201004", "2026-11-21T00:00:01.004Z", "2026-11-21t00:00:01.004z",
                                   "2026-11-21T01:30:01.004+01:30", "2026-11-20T23:00:01.004999-01:00"}) {
        EXPECT_EQ(parse_time(same), kTime) << same;
    }
    EXPECT_EQ(parse_time("2026-11-21"), 1'795'219'200'000);
    EXPECT_EQ(parse_time("2000-02-29T23:59:60Z"), 951'868'800'000) << "a leap second";
    EXPECT_EQ(parse_time("0"), 0);
    for (const char* const wrong :
         {"", " ", "-1", "1e3", "soon", "2026-02-30", "2026-13-01", "2026-11-21T", "2026-11-21T00:00Z",
          "2026-11-21T00:00:01", "2026-11-21T24:00:00Z", "2026-11-21T00:60:00Z", "2026-11-21T00:00:61Z",
          "2026-11-21T00:00:01.Z", "2026-11-21T00:00:01+25:00", "2026-11-21T00:00:01Zz", "1969-12-31",
          "99999999999999999999"}) {
        const auto read = parse_time(wrong);
        ASSERT_FALSE(read) << wrong;
        EXPECT_EQ(read.error().code(), StatusCode::invalid);
    }
}

TEST(ApiError, StatusesBecomeErrors) {
    const std::pair<StatusCode, ErrorKind> rows[] = {
        {StatusCode::not_found, ErrorKind::not_found},       {StatusCode::already_exists, ErrorKind::conflict},
        {StatusCode::stale, ErrorKind::precondition_failed}, {StatusCode::invalid, ErrorKind::invalid_request},
        {StatusCode::conflict, ErrorKind::conflict},         {StatusCode::denied, ErrorKind::permission_denied},
        {StatusCode::io, ErrorKind::store_unavailable},      {StatusCode::corrupt, ErrorKind::store_unavailable}};
    for (const auto& [code, kind] : rows) {
        const ApiAnswer answer = api_error(failure(code, "it failed").error());
        EXPECT_EQ(answer.error.kind(), kind);
        EXPECT_NE(answer.error.detail().message.find("it failed"), std::string::npos);
    }
}

TEST(ApiError, AReasonIsAMemberOfTheErrorInBothShapes) {
    const Error error = api_error(Status(StatusCode::conflict, "he is the last owner", "last_owner")).error;
    const auto openai = boost::json::parse(openai_inbound().error_body(error, 409)).at("error");
    EXPECT_EQ(openai.at("reason"), "last_owner");
    EXPECT_EQ(openai.at("code"), "conflict");
    const auto openrouter = boost::json::parse(openrouter_inbound().error_body(error, 409)).at("error");
    EXPECT_EQ(openrouter.at("metadata").at("reason"), "last_owner");
    EXPECT_EQ(api_error(Status(StatusCode::conflict, "it is")).error.detail().extra, "");
}

using Amount = std::optional<std::optional<NanoUsd>>;  // as BodyFields::usd answers: present, not null
Amount amount_of(std::int64_t nano) { return Amount(std::in_place, NanoUsd{nano}); }

// A schema of nothing but names; good until the next one.
const Schema& known(std::initializer_list<std::string_view> names) {
    static std::vector<Field> members;
    static Schema schema{"Test"};
    members.clear();
    for (const std::string_view name : names) members.push_back(fields::text(name));
    schema.fields = members;
    return schema;
}

std::string problem_of(const BodyFields& fields) {
    return fields.error() ? fields.error().detail().message : std::string();
}

TEST(BodyFields, ValuesAreRead) {
    BodyFields fields(R"({"name":"a\u00fc","on":true,"limit":0.25,"none":null})",
                      known({"name", "on", "limit", "none"}));
    EXPECT_EQ(fields.required_text("name"), "aü");
    EXPECT_TRUE(fields.flag("on"));
    EXPECT_EQ(fields.usd("limit"), amount_of(250'000'000));
    EXPECT_TRUE(fields.has("none"));
    EXPECT_EQ(fields.text("none"), "");
    EXPECT_EQ(fields.usd("none"), Amount(std::in_place, std::nullopt));
    EXPECT_EQ(fields.usd("absent"), Amount());
    EXPECT_FALSE(fields.has("absent"));
    EXPECT_EQ(problem_of(fields), "");
}

TEST(BodyFields, ListsOfTextsAreReadWithinTheirBounds) {
    const auto texts = [](std::string body) {
        BodyFields fields(body, known({"list"}));
        const auto read = fields.texts("list", 2);
        return std::pair(read, problem_of(fields));
    };
    EXPECT_EQ(texts(R"({"list":["a","b"]})").first, (std::vector<std::string>{"a", "b"}));
    for (const char* const none : {"{}", R"({"list":null})"}) {
        EXPECT_EQ(texts(none), std::pair(std::optional<std::vector<std::string>>(), std::string())) << none;
    }
    for (const char* const odd : {"[]", "\"a\"", "[1]", R"(["a",null])", R"(["a","b","c"])"}) {
        const auto [read, problem] = texts(R"({"list":)" + std::string(odd) + "}");
        EXPECT_EQ(read, std::nullopt) << odd;
        EXPECT_EQ(problem, "'list' must be a list of 1 to 2 strings") << odd;
    }
}

TEST(BodyFields, AnObjectInTheBodyIsCheckedByItsOwnMembers) {
    static constexpr std::array kInnerFields = {fields::text("id")};
    static constexpr Schema kInner{"Inner", kInnerFields};
    const auto problem = [](std::string body) {
        BodyFields outer(body, known({"inner"}));
        const auto inner = outer.object("inner", kInner);
        if (inner) outer.keep(inner->error());
        return problem_of(outer);
    };
    BodyFields outer(R"({"\u0069nner":{"id":"x"}})", known({"inner"}));
    EXPECT_EQ(outer.object("inner", kInner).value().text("id"), "x");
    EXPECT_EQ(problem(R"({"inner":null})"), "");
    EXPECT_EQ(problem(R"({"inner":5})"), "'inner' must be an object");
    EXPECT_EQ(problem(R"({"inner":{"role":"x"}})"), "'inner.role' is not a field of this request");
}

TEST(BodyFields, OnlyAnObjectIsABody) {
    for (const std::string body : {"", "[]", "5", "{", "{\"a\":1}x", "null", "{\"a\":\"\xff\"}"}) {
        const BodyFields fields(body, known({"a"}));
        EXPECT_EQ(fields.error().kind(), ErrorKind::invalid_json) << body;
    }
}

TEST(BodyFields, UnknownMembersAreRefusedByName) {
    const BodyFields fields(R"({"name":"a","nmae":"b"})", known({"name"}));
    EXPECT_EQ(fields.error().kind(), ErrorKind::invalid_request);
    EXPECT_EQ(fields.error().detail().param, "nmae");
}

TEST(BodyFields, AnUnknownNameIsCutBetweenCharacters) {
    const BodyFields fields("{\"" + std::string(63, 'x') + "ü\":1}", known({"name"}));
    boost::json::error_code failed;
    boost::json::parse(openai_inbound().error_body(fields.error(), 400), failed);
    EXPECT_FALSE(failed) << openai_inbound().error_body(fields.error(), 400);
}

TEST(BodyFields, TypesAreChecked) {
    BodyFields text(R"({"name":5})", known({"name"}));
    text.text("name");
    EXPECT_NE(problem_of(text).find("string"), std::string::npos);
    BodyFields required(R"({"name":""})", known({"name"}));
    required.required_text("name");
    EXPECT_NE(problem_of(required).find("required"), std::string::npos);
    for (const std::string value : {"1", "\"true\"", "null"}) {
        BodyFields flag("{\"on\":" + value + "}", known({"on"}));
        flag.flag("on");
        EXPECT_EQ(flag.error().detail().param, "on") << value;
    }
}

TEST(BodyFields, FirstProblemIsKept) {
    BodyFields fields(R"({"a":5,"b":5})", known({"a", "b"}));
    fields.text("b");
    fields.text("a");
    EXPECT_EQ(fields.error().detail().param, "b");
}

TEST(BodyFields, AmountsAreReadFromTheirText) {
    const struct {
        std::string text;
        std::optional<std::int64_t> nano;
    } rows[] = {
        {"5", 5'000'000'000},
        {"0", 0},
        {"-0.5", -500'000'000},
        {"0.1", 100'000'000},
        {"0.000000001", 1},
        {"9007199.254740993", 9'007'199'254'740'993},  // a double would say …992
        {"1e-3", 1'000'000},
        {"2.5E+1", 25'000'000'000},
        {"1.0000000000", 1'000'000'000},
        {"1e9", 1'000'000'000'000'000'000},
        {"0.0000000001", std::nullopt},
        {"1.0000000001", std::nullopt},
        {"1e-10", std::nullopt},
        {"-1e9", -1'000'000'000'000'000'000},
        {"1000000000.000000001", std::nullopt},  // above kMostAmount
        {"-1000000000.000000001", std::nullopt},
        {"9223372036.85", std::nullopt},
        {"1e10", std::nullopt},
        {"9223372036.854775808", std::nullopt},
        {"1e400", std::nullopt},
        {"1e-400", std::nullopt},
        {"99999999999999999999999999999999", std::nullopt},
        {"\"5\"", std::nullopt},
        {"true", std::nullopt},
        {"[5]", std::nullopt},
        {"{}", std::nullopt},
    };
    for (const auto& row : rows) {
        BodyFields fields("{ \"other\" : \"limit\", \"limit\" : " + row.text + " }", known({"limit", "other"}));
        const auto amount = fields.usd("limit");
        if (row.nano) {
            EXPECT_EQ(amount, amount_of(*row.nano)) << row.text << ' ' << problem_of(fields);
        } else {
            EXPECT_EQ(amount, Amount()) << row.text;
            EXPECT_EQ(
                fields.error().kind() == ErrorKind::invalid_request || fields.error().kind() == ErrorKind::invalid_json,
                true)
                << row.text;
        }
    }
}

TEST(BodyFields, AMemberThatStandsTwiceIsRefused) {
    for (const char* body : {
             R"({"limit":5,"limit":7})",
             R"({"limit":5,"limit":5})",
             R"({"limit":5,"lim\u0069t":7})",
             R"({"other":{"a":{"limit":1,"\u006cimit":2}}})",
             R"({"other":[1,{"limit":1,"limit":2}]})",
         }) {
        const BodyFields fields(body, known({"limit", "other"}));
        EXPECT_EQ(problem_of(fields), "'limit' stands twice") << body;
    }
}

TEST(BodyFields, TheSameNameInTwoObjectsIsNotTwice) {
    const BodyFields fields(R"({"limit":5,"other":[{"limit":1},{"limit":2}]})", known({"limit", "other"}));
    EXPECT_FALSE(fields.error()) << problem_of(fields);
}

}  // namespace
}  // namespace tollgate
