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
        {"/assets/app-ABCDEFGH.js", "/assets/{file}"},
        {"/assets/a/b", ""},
        {"/assets/", ""},
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
        {"/api/organizations/permissions", "/api/organizations/permissions"},
        {"/api/organizations/x/members/count", "/api/organizations/{organization}/members/count"},
        {"/api/organizations/x/members/y", "/api/organizations/{organization}/members/{member}"},
        {"/api/invitations/accept", "/api/invitations/accept"},
        {"/api/invitations/lookup", "/api/invitations/lookup"},
        {"/api/invitations/x", ""},
        {"/api/sign-in/x/link", "/api/sign-in/{provider}/link"},
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
            EXPECT_FALSE(operation.runs_on == RunsOn::readers && operation.handler.mutate != nullptr) << route.path;
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
        if (route.operations.front().contract.file) {  // of the dashboard, no part of the API
            EXPECT_FALSE(document.at("paths").as_object().contains(route.path)) << route.path;
            continue;
        }
        std::string path(route.path);
        if (const auto rest = path.find("...}"); rest != std::string::npos) path.erase(rest, 3);
        for (const Operation& operation : route.operations) {
            std::string method(operation.method);
            for (char& c : method) c = static_cast<char>(std::tolower(c));
            const auto& described = document.at("paths").at(path).at(method);
            EXPECT_TRUE(ids.insert(std::string(described.at("operationId").as_string())).second) << path;
            EXPECT_EQ(described.as_object().contains("security"), !operation.guard.needs_key()) << path;
            if (operation.guard.kind != Guard::Kind::permission) continue;
            EXPECT_EQ(described.at("x-tollgate-guard").as_string(), to_string(operation.guard.permission)) << path;
        }
    }
}

PageOf<int> page_of_numbers(const Page& page, std::vector<int> all) {
    return page_of(
        page, std::move(all), [](int one) { return std::tuple(one / 10, one); },
        [](int one) { return place_of(one / 10, std::to_string(one)); });
}

TEST(Paging, PagesFollowOneAnotherInOrderWhateverTheOrderOfWhatThereIs) {
    std::vector<int> seen;
    Page page{.after = {}, .limit = 2};
    for (int pages = 0; pages < 3; ++pages) {
        const auto part = page_of_numbers(page, {23, 11, 42, 12, 21});
        seen.insert(seen.end(), part.items.begin(), part.items.end());
        EXPECT_EQ(part.next_cursor.empty(), pages == 2);
        page.after = part.next_cursor;
    }
    EXPECT_EQ(seen, (std::vector<int>{11, 12, 21, 23, 42}));
}

TEST(Paging, AFullLastPageHasNoCursor) {
    EXPECT_EQ(page_of_numbers({.after = {}, .limit = 2}, {21, 11}).next_cursor, "");
    EXPECT_EQ(page_of_numbers({.after = {}, .limit = 2}, {}).next_cursor, "");
}

TEST(Paging, APageGoesOnWhereItsLastMemberWas) {
    JsonWriter json;
    const auto part = page_of_numbers({.after = place_of(1, "12"), .limit = 2}, {11, 14});
    write_page(part, [&json](int one) { json.number(one); }, json);
    EXPECT_EQ(json.take(), R"({"data":[14],"next_cursor":null})");
}

TEST(Paging, WhatIsNoPlaceIsToldFromOne) {
    EXPECT_EQ(number_of_place(place_of(255, "a-1")), 255);
    for (const char* const bad : {"", "0", "00000000000g", "000000000001!", "00000000000A"}) {
        EXPECT_EQ(number_of_place(bad), std::nullopt) << bad;
    }
    EXPECT_EQ(number_of_place(std::string(129, '0')), std::nullopt);
}

}  // namespace
}  // namespace tollgate
