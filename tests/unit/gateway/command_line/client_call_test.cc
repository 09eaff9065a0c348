#include "gateway/command_line/client_call.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/api/routes.h"

namespace tollgate {
namespace {

const std::string kOrganization = "018f0000-0000-7000-8000-000000000001";

const Operation& operation(std::string_view method, std::string_view path) {
    for (const Route& route : routes()) {
        if (route.path == path) return *route.find(method);
    }
    throw std::runtime_error("no such route");
}

const Operation& new_key() { return operation("POST", "/api/organizations/{organization}/keys"); }

GivenValues of_organization(std::map<std::string, std::vector<std::string>> fields) {
    return {.path = {{"organization", kOrganization}}, .fields = std::move(fields), .body = {}};
}

std::string refusal(const Operation& of, const GivenValues& given) {
    const auto call = make_call(of, given);
    return call ? std::string() : call.error().message();
}

TEST(ClientCall, HasThePathsParameters) {
    const auto& of = operation("GET", "/api/organizations/{organization}/keys/{key}");
    const auto call =
        make_call(of, {.path = {{"organization", kOrganization}, {"key", "a/b"}}, .fields = {}, .body = {}});
    ASSERT_TRUE(call);
    EXPECT_EQ(call->target, "/api/organizations/" + kOrganization + "/keys/a%2Fb");
    EXPECT_EQ(call->method, "GET");
    EXPECT_EQ(call->body, "");
}

TEST(ClientCall, ARestOfAPathKeepsItsSlashes) {
    const auto call = make_call(operation("GET", "/api/v1/models/{model...}"),
                                {.path = {{"model", "sample/echo"}}, .fields = {}, .body = {}});
    ASSERT_TRUE(call);
    EXPECT_EQ(call->target, "/api/v1/models/sample/echo");
}

TEST(ClientCall, AMissingParameterIsNamed) { EXPECT_EQ(refusal(new_key(), {}), "organization is missing"); }

TEST(ClientCall, FieldsAreOfTheKindThatTheSchemaSays) {
    const auto call =
        make_call(new_key(), of_organization({{"name", {"5"}}, {"limit", {"12.5"}}, {"limit-reset", {"daily"}}}));
    ASSERT_TRUE(call);
    EXPECT_EQ(call->body, R"({"name":"5","limit":12.5,"limit_reset":"daily"})");
}

TEST(ClientCall, NullIsAValueWhereTheFieldHasIt) {
    const auto call = make_call(new_key(), of_organization({{"name", {"null"}}, {"limit", {"null"}}}));
    ASSERT_TRUE(call);
    EXPECT_EQ(call->body, R"({"name":"null","limit":null})") << "a name is never null";
}

TEST(ClientCall, MembersOfAnObjectAreOptions) {
    const auto call = make_call(
        operation("POST", "/api/users"),
        {.path = {},
         .fields = {{"email", {"a@x.test"}}, {"name", {"A"}}, {"verified", {"true"}}, {"token.name", {"laptop"}}},
         .body = {}});
    ASSERT_TRUE(call);
    EXPECT_EQ(call->body, R"({"email":"a@x.test","name":"A","verified":true,"token":{"name":"laptop"}})");
}

TEST(ClientCall, AListOfTextsHasEachOfThem) {
    const auto call =
        make_call(operation("POST", "/api/me/tokens"),
                  {.path = {}, .fields = {{"name", {"t"}}, {"scopes", {"profile", "keys:read"}}}, .body = {}});
    ASSERT_TRUE(call);
    EXPECT_EQ(call->body, R"({"name":"t","scopes":["profile","keys:read"]})");
}

TEST(ClientCall, AWrongValueIsNamedWithItsOption) {
    for (const std::string number : {"+1", ".5", "1.", "01", "inf", "nan", "0x1", "1 ", "", "-"}) {
        EXPECT_THAT(refusal(new_key(), of_organization({{"limit", {number}}})), testing::StartsWith("--limit: "))
            << number;
    }
    EXPECT_EQ(
        refusal(
            operation("PATCH", "/api/organizations/{organization}/keys/{key}"),
            {.path = {{"organization", kOrganization}, {"key", "a"}}, .fields = {{"disabled", {"yes"}}}, .body = {}}),
        "--disabled: must be true or false");
}

TEST(ClientCall, AWholeBodyStandsAlone) {
    GivenValues given = of_organization({});
    given.body = R"({"name":"k"})";
    EXPECT_EQ(make_call(new_key(), given)->body, *given.body);
    given.fields["name"] = {"other"};
    EXPECT_EQ(refusal(new_key(), given), "--name: is part of --body");
    given.fields.clear();
    given.body = "{";
    EXPECT_EQ(refusal(new_key(), given), "--body: is not JSON");
}

TEST(ClientCall, AnOptionalBodyWithoutFieldsIsNone) {
    const auto& of = operation("DELETE", "/api/organizations/{organization}");
    EXPECT_EQ(make_call(of, of_organization({}))->body, "");
    EXPECT_EQ(make_call(new_key(), of_organization({}))->body, "{}");
}

TEST(ClientCall, QueryFieldsAreEncoded) {
    const auto& of = operation("GET", "/api/organizations/{organization}/activity");
    const auto call = make_call(of, of_organization({{"model", {"a&b=c d"}}, {"limit", {"5"}}}));
    ASSERT_TRUE(call);
    EXPECT_EQ(call->target, "/api/organizations/" + kOrganization + "/activity?limit=5&model=a%26b%3Dc%20d");
}

TEST(WithQuery, ReplacesAValueThatIsThere) {
    EXPECT_EQ(with_query("/a", "cursor", "1"), "/a?cursor=1");
    EXPECT_EQ(with_query("/a?limit=5", "cursor", "1"), "/a?limit=5&cursor=1");
    EXPECT_EQ(with_query("/a?cursor=1&limit=5", "cursor", "22"), "/a?cursor=22&limit=5");
    EXPECT_EQ(with_query("/a?cursor=1", "cursor", "22"), "/a?cursor=22");
    EXPECT_EQ(with_query("/a?my_cursor=1", "cursor", "2"), "/a?my_cursor=1&cursor=2");
}

TEST(FieldOptions, AFieldNamedAsAnOptionOfTheClientHasAnotherName) {
    static constexpr std::array kFields = {fields::text("body"), fields::text("name")};
    static constexpr Schema kSchema{"Mine", kFields};
    const Operation of{
        .method = "POST", .path = "/api/mine", .name = "mine", .summary = "", .contract = {.body = &kSchema}};
    const auto options = field_options(of);
    ASSERT_EQ(options.size(), 2U);
    EXPECT_EQ(options[0].name, "field-body");
    EXPECT_EQ(options[1].name, "name");
}

TEST(FieldOptions, NoTwoOfAnOperationAreTheSame) {
    for (const Route& route : routes()) {
        for (const Operation& of : route.operations) {
            std::vector<std::string> names;
            for (const FieldOption& option : field_options(of)) names.push_back(option.name);
            std::ranges::sort(names);
            EXPECT_TRUE(std::ranges::adjacent_find(names) == names.end()) << of.method << " " << of.path;
        }
    }
}

}  // namespace
}  // namespace tollgate
