#include "gateway/oidc/claims.h"

#include <simdjson.h>

#include <algorithm>

#include "accounting/accounts/checked_text.h"

namespace tollgate::oidc {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;
using Groups = std::optional<std::vector<std::string>>;

std::string text_in(const object& of, std::string_view name, std::size_t most) {
    std::string_view text;
    if (of[name].get(text) != simdjson::SUCCESS || !check_text("", text, most).ok()) return {};
    return std::string(text);
}

bool is_true(const object& of, std::string_view name) {
    bool flag = false;
    return of[name].get(flag) == simdjson::SUCCESS && flag;
}

std::optional<element> find_claim(const object& of, std::string_view name) {
    element found;
    if (of[name].get(found) == simdjson::SUCCESS) return found;
    const auto dot = name.find('.');
    object inside;
    if (dot == std::string_view::npos || of[name.substr(0, dot)].get(inside) != simdjson::SUCCESS) return std::nullopt;
    return find_claim(inside, name.substr(dot + 1));
}

// The claim is said to stand elsewhere (section 5.6.2), as by Microsoft of who is in more than 200 groups.
bool is_elsewhere(const object& of, std::string_view name) {
    object names;
    return of["_claim_names"].get(names) == simdjson::SUCCESS && names[name].error() == simdjson::SUCCESS;
}

void add_group(const element& one, std::vector<std::string>& groups) {
    std::string_view name;
    if (one.get(name) != simdjson::SUCCESS || name.empty() || name.size() > kMostGroupBytes) return;
    groups.emplace_back(name);
}

Groups groups_in(const object& of, std::string_view claim) {
    if (claim.empty()) return std::vector<std::string>();
    const auto found = find_claim(of, claim);
    if (!found) return is_elsewhere(of, claim) ? std::nullopt : Groups(std::in_place);
    std::vector<std::string> groups;
    simdjson::dom::array list;
    if (found->get(list) != simdjson::SUCCESS) {
        add_group(*found, groups);
        return groups;
    }
    std::size_t seen = 0;
    for (const element& one : list) {
        if (++seen > kMostGroups) return std::nullopt;
        add_group(one, groups);
    }
    return groups;
}

}  // namespace

Result<Claims> read_claims(std::string_view json, std::string_view groups_claim) {
    simdjson::dom::parser parser;
    object claims;
    if (json.size() > kMostClaimsBytes || parser.parse(json.data(), json.size()).get(claims) != simdjson::SUCCESS) {
        return failure(StatusCode::invalid, "the claims are no object");
    }
    Claims read{.subject = text_in(claims, "sub", kMostSubjectBytes)};
    if (read.subject.empty()) return failure(StatusCode::invalid, "the claims name no subject");
    read.email = text_in(claims, "email", kMaxEmailBytes);
    read.email_verified = is_true(claims, "email_verified");
    read.name = text_in(claims, "name", kMaxNameBytes);
    if (!check_name("", read.name).ok()) read.name.clear();
    read.groups = groups_in(claims, groups_claim);
    return read;
}

}  // namespace tollgate::oidc
