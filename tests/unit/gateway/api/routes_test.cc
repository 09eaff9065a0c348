// The table of routes: what a path names, what a route takes, who may call, and the document made from it.
#include "gateway/api/routes.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>

#include "gateway/api/call.h"
#include "gateway/api/openapi.h"
#include "gateway/api/paging.h"

namespace tollgate {
namespace {

constexpr std::string_view kKeys = "/api/organizations/{organization}/keys";

TEST(Routes, PathsAreFound) {
    const struct {
        std::string_view path, found;
    } rows[] = {
        {"/", "/"},
        {"*", "*"},
        {"/v1/chat/completions", "/v1/chat/completions"},
        {"/api/v1/chat/completions", "/api/v1/chat/completions"},
        {"/v1/completions", "/v1/completions"},
        {"/v1/models", "/v1/models"},
        {"/v1/models/a/b", "/v1/models/{model...}"},
        {"/api/v1/models/a", "/api/v1/models/{model...}"},
        {"/api/v1/auth/key", "/api/v1/auth/key"},
        {"/api/organizations", "/api/organizations"},
        {"/api/organizations/x", "/api/organizations/{organization}"},
        {"/api/organizations/x/keys", kKeys},
        {"/api/organizations/x/keys/y", "/api/organizations/{organization}/keys/{key}"},
        {"/api/organizations/x/purchases/y/confirm", "/api/organizations/{organization}/purchases/{purchase}/confirm"},
        {"/v1/key", ""},
        {"/v1/models/", ""},
        {"/v1/chat/completions/", ""},
        {"/V1/chat/completions", ""},
        {"//v1/chat/completions", ""},
        {"/api/organizationsx", ""},
        {"/api/organizations/", ""},
        {"/api/organizations//keys", ""},
        {"/api/organizations/x/keys/", ""},
        {"/api/organizations/x/keys/y/z", ""},
        {"/v1", ""},
        {"", ""},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(find_route(row.path).path, row.found) << row.path;
        EXPECT_EQ(find_route(row.path).known(), !row.found.empty()) << row.path;
    }
}

TEST(Routes, EveryRowIsFoundByItsOwnPath) {
    for (const Route& route : routes()) {
        EXPECT_EQ(&find_route(route.path), &route) << route.path;
        EXPECT_LT(route.number, route_names().size());
        EXPECT_EQ(route_names()[route.number], route.name);
        for (const Operation& operation : route.operations) {
            EXPECT_EQ(operation.path, route.path);
            EXPECT_EQ(operation.name, route.name);
            const bool handled = operation.handler.read != nullptr || operation.handler.mutate != nullptr;
            EXPECT_EQ(operation.handler.mutate == nullptr, operation.handler.action.empty()) << route.path;
            EXPECT_EQ(handled, operation.runs_on != RunsOn::exchange && route.path != "*") << route.path;
            EXPECT_EQ(operation.runs_on == RunsOn::readers && operation.method != "GET", false) << route.path;
        }
    }
}

TEST(Routes, NamesOfUnknownAndKnownPathsDiffer) {
    EXPECT_EQ(route_names()[0], kUnknownRoute.name);
    EXPECT_EQ(std::set(route_names().begin(), route_names().end()).size(), route_names().size());
    EXPECT_EQ(find_route("/v1/chat/completions").number, find_route("/api/v1/chat/completions").number);
}

TEST(Routes, AllowNamesWhatIsTaken) {
    EXPECT_EQ(find_route("/v1/chat/completions").allow(), "POST, OPTIONS");
    EXPECT_EQ(find_route("/v1/models").allow(), "GET, HEAD, OPTIONS");
    EXPECT_EQ(find_route("/api/organizations/x/keys").allow(), "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(find_route("/api/organizations/x/keys/y").allow(), "GET, HEAD, PATCH, DELETE, OPTIONS");
}

TEST(Routes, HeadIsGet) {
    const Route& keys = find_route("/api/organizations/x/keys");
    EXPECT_EQ(keys.find("HEAD"), keys.find("GET"));
    EXPECT_NE(keys.find("HEAD"), nullptr);
    EXPECT_EQ(find_route("/v1/chat/completions").find("HEAD"), nullptr);
    EXPECT_EQ(keys.find("PUT"), nullptr);
    EXPECT_EQ(kUnknownRoute.find("GET"), nullptr);
}

TEST(Routes, ParametersAreTakenOutOfPaths) {
    EXPECT_EQ(path_value(kKeys, "/api/organizations/x/keys", "organization"), "x");
    EXPECT_EQ(path_value(kKeys, "/api/organizations/x/keys", "key"), "");
    EXPECT_EQ(path_value("/v1/models/{model...}", "/v1/models/a/b%20c", "model"), "a/b%20c");
}

TEST(Routes, TheDialectOfAnErrorIsThatOfThePrefix) {
    EXPECT_EQ(&inbound_of("/api/v1/nowhere"), &openrouter_inbound());
    EXPECT_EQ(&inbound_of("/v1/chat/completions"), &openai_inbound());
    EXPECT_EQ(&inbound_of("/api/organizations"), &openai_inbound());
}

TEST(OpenApi, EveryPathAndMethodIsInTheDocument) {
    const auto document = boost::json::parse(make_openapi_document());
    std::set<std::string> ids;
    for (const Route& route : routes()) {
        if (route.path == "*") continue;
        std::string path(route.path);
        if (const auto rest = path.find("...}"); rest != std::string::npos) path.erase(rest, 3);
        for (const Operation& operation : route.operations) {
            std::string method(operation.method);
            for (char& c : method) c = static_cast<char>(std::tolower(c));
            const auto& described = document.at("paths").at(path).at(method);
            EXPECT_TRUE(ids.insert(std::string(described.at("operationId").as_string())).second) << path;
            EXPECT_EQ(described.as_object().contains("security"), operation.guard.kind == Guard::Kind::open) << path;
        }
    }
}

TEST(Paging, PagesFollowOneAnother) {
    const std::vector<int> all = {1, 2, 3, 4, 5};
    const auto place = [](int one) { return place_of(one, "x"); };
    std::string seen;
    Page page{.after = {}, .limit = 2};
    for (int pages = 0; pages < 3; ++pages) {
        JsonWriter json;
        write_page(page, all, place, [&json](int one) { json.number(one); }, json);
        const auto answer = boost::json::parse(json.take());
        for (const auto& one : answer.at("data").as_array()) seen += std::to_string(one.as_int64());
        const auto& next = answer.at("next_cursor");
        EXPECT_EQ(next.is_null(), pages == 2);
        if (next.is_string()) page.after = next.as_string();
    }
    EXPECT_EQ(seen, "12345");
}

TEST(Paging, APageGoesOnWhereItsLastMemberWas) {
    const auto place = [](int one) { return place_of(one, "x"); };
    JsonWriter json;
    write_page(
        {.after = place(2), .limit = 2}, std::vector<int>{1, 4}, place, [&json](int one) { json.number(one); }, json);
    EXPECT_EQ(json.take(), R"({"data":[4],"next_cursor":null})");
}

}  // namespace
}  // namespace tollgate
