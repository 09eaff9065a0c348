#include "gateway/text/json_members.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/random_json.h"

namespace tollgate {
namespace {

using Members = std::vector<std::pair<std::string, std::string>>;

Members members_of(std::string_view text, bool* closed = nullptr) {
    JsonMembers members(text, text.find('{'));
    Members found;
    while (const auto member = members.next()) {
        found.emplace_back(member->key.of(text), member->value.of(text));
        if (found.size() > text.size()) {
            ADD_FAILURE() << "more members than bytes";
            break;
        }
    }
    if (closed != nullptr) *closed = members.closed();
    return found;
}

TEST(JsonObject, MembersStandWhereTheirTextIs) {
    const std::string text = R"( {"a":1, "b" : "x,}]" ,"c":[1,{"d":2}],"e":{"f":[]},"g":null,"\u0068":-1.5e3})";
    bool closed = false;
    const Members expected = {{"\"a\"", "1"},          {"\"b\"", "\"x,}]\""}, {"\"c\"", "[1,{\"d\":2}]"},
                              {"\"e\"", "{\"f\":[]}"}, {"\"g\"", "null"},     {"\"\\u0068\"", "-1.5e3"}};
    EXPECT_EQ(members_of(text, &closed), expected);
    EXPECT_TRUE(closed);
}

TEST(JsonObject, EmptyObjectsHaveNoMembersAndAreClosed) {
    for (const std::string_view text : {"{}", "{ }", "{\r\n\t}"}) {
        bool closed = false;
        EXPECT_TRUE(members_of(text, &closed).empty());
        EXPECT_TRUE(closed);
    }
}

TEST(JsonObject, PositionIsThatOfTheClosingBrace) {
    const std::string_view text = R"({"a":{"b":1} } {"c":2})";
    JsonMembers outer(text, 0);
    while (outer.next()) {
    }
    EXPECT_EQ(outer.position(), 13u);
    JsonMembers inner(text, 5);
    while (inner.next()) {
    }
    EXPECT_EQ(inner.position(), 11u);
}

TEST(JsonObject, BackslashesBeforeQuotesAreCounted) {
    const std::string text = R"({"a\\":"b\\\"c","d\"":"\\\\","e":"\\"})";
    const Members expected = {{R"("a\\")", R"("b\\\"c")"}, {R"("d\"")", R"("\\\\")"}, {R"("e")", R"("\\")"}};
    EXPECT_EQ(members_of(text), expected);
}

TEST(JsonObject, BracketsAreFoundAtEveryDistance) {
    for (std::size_t padding = 0; padding < 70; ++padding) {
        const std::string inner =
            "{\"x\":\"" + std::string(padding, 'y') + "\",\"z\":[" + std::string(padding, ' ') + "1]}";
        const std::string text = "{\"a\":" + inner + ",\"b\":2}";
        const Members expected = {{"\"a\"", inner}, {"\"b\"", "2"}};
        ASSERT_EQ(members_of(text), expected) << padding;
    }
}

TEST(JsonObject, BracketsInsideStringsAreNoneAtEveryDistance) {
    for (const std::string_view said : {R"(]}[{)", R"(\"]}\\)", R"(\\\"}]\n{[)"}) {
        for (std::size_t before = 0; before < 40; ++before) {
            for (std::size_t behind = 0; behind < 20; ++behind) {
                const std::string quoted =
                    '"' + std::string(before, 'y') + std::string(said) + std::string(behind, ']') + '"';
                const std::string inner = "[{\"x\":" + quoted + "}," + quoted + "]";
                const Members expected = {{"\"a\"", inner}, {"\"b\"", "2"}};
                ASSERT_EQ(members_of("{\"a\":" + inner + ",\"b\":2}"), expected) << inner;
            }
        }
    }
}

TEST(JsonObject, TheLastOfTwoMembersIsFound) {
    const std::string text = R"({"a":1,"b":2,"a":3})";
    EXPECT_EQ(find_member(text, 0, "a")->value.of(text), "3");
    EXPECT_EQ(find_member(text, 0, "b")->value.of(text), "2");
    EXPECT_FALSE(find_member(text, 0, "c"));
    EXPECT_FALSE(find_member(text, 0, ""));
}

TEST(JsonObject, NestedMembersAreNotTheObjectsOwn) {
    const std::string text = R"({"x":{"a":1},"y":[{"a":2}],"z":"\"a\":3"})";
    EXPECT_FALSE(find_member(text, 0, "a"));
    EXPECT_EQ(find_member(text, 5, "a")->value.of(text), "1");
}

TEST(JsonObject, TruncatedTextIsNeverReadBeyondItsEnd) {
    const std::string whole =
        R"({"a":1,"b":"x\"\\","c":[1,{"d":2}],"some longer name":{"f":[true,false,"a string beyond sixteen"]},"g":null})";
    for (std::size_t size = 1; size < whole.size(); ++size) {
        // A block of exactly that size, so that a sanitizer sees what is read behind it.
        const std::vector<char> block(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const std::string_view text(block.data(), block.size());
        JsonMembers members(text, 0);
        while (const auto member = members.next()) {
            ASSERT_LE(member->key.end, size);
            ASSERT_LE(member->value.end, size);
            ASSERT_LE(member->value.begin, member->value.end);
        }
        ASSERT_FALSE(members.closed()) << size;
        ASSERT_LE(members.position(), size);
        find_member(text, 0, "g");
    }
}

TEST(JsonObject, TextThatIsNoObjectEndsAndIsNotClosed) {
    for (const std::string_view text :
         {"{", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{,", "{a:1}", "{\"a\" 1}", "{1:2}", "{\"a\":1,,}", "{\"\\",
          "{\"a\":\"\\", "{\"a\":]", "{\"a\":[[[[", "{'a':1}", "{\"a\":1]", "{]}"}) {
        SCOPED_TRACE(text);
        bool closed = true;
        const std::vector<char> block(text.begin(), text.end());
        members_of({block.data(), block.size()}, &closed);
        EXPECT_FALSE(closed);
    }
}

TEST(JsonObject, RandomBytesEndToo) {
    RandomJson random(7);
    static constexpr std::string_view kAlphabet = "{}[]\",:\\ ab1\n";
    for (int round = 0; round < 20'000; ++round) {
        std::vector<char> block{'{'};
        for (int bytes = random.below(40); bytes > 0; --bytes)
            block.push_back(kAlphabet[static_cast<std::size_t>(random.below(13))]);
        JsonMembers members(std::string_view(block.data(), block.size()), 0);
        std::size_t count = 0;
        while (members.next()) ASSERT_LE(++count, block.size());
    }
}

// What the members say is what simdjson's DOM says, in names, order and values.
TEST(JsonObject, AgreesWithADomOnRandomObjects) {
    RandomJson random(42);
    simdjson::dom::parser whole_parser, part_parser;
    for (int round = 0; round < 3000; ++round) {
        const std::string text = random.object(4);
        simdjson::dom::object object;
        ASSERT_EQ(whole_parser.parse(text).get(object), simdjson::SUCCESS) << text;
        JsonMembers members(text, 0);
        for (const auto field : object) {
            const auto member = members.next();
            ASSERT_TRUE(member) << text;
            simdjson::dom::element key, value;
            ASSERT_EQ(part_parser.parse(std::string(member->key.of(text))).get(key), simdjson::SUCCESS) << text;
            ASSERT_EQ(std::string_view(key), field.key) << text;
            ASSERT_EQ(part_parser.parse(std::string(member->value.of(text))).get(value), simdjson::SUCCESS) << text;
            ASSERT_EQ(simdjson::minify(value), simdjson::minify(field.value)) << text;
            ASSERT_EQ(member->value.of(text).find_last_not_of(" \t\r\n"), member->value.size() - 1) << text;
        }
        ASSERT_FALSE(members.next()) << text;
        ASSERT_TRUE(members.closed()) << text;
        ASSERT_EQ(members.position(), text.size() - 1) << text;
    }
}

TEST(JsonMembers, AnEscapeIsSeenWhereverItStandsInAKey) {
    for (std::size_t length = 0; length < 20; ++length) {
        for (std::size_t at = 0; at <= length; ++at) {
            const std::string name(length, 'k');
            std::string key = '"' + name + '"', kept;
            EXPECT_EQ(key_name(key, kept), name);
            key.insert(1 + at, "\\u006b");
            EXPECT_EQ(key_name(key, kept), name + 'k') << key;
        }
    }
}

}  // namespace
}  // namespace tollgate
