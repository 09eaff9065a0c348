#include "gateway/git/git_rights.h"

#include <algorithm>
#include <boost/json.hpp>
#include <optional>
#include <utility>

#include "gateway/outside/http_call.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr std::string_view kPageSize = "per_page=100";
constexpr std::int64_t kOwner = 50;  // GitLab's access level

// Of GitLab: https://docs.gitlab.com/api/access_requests, as are their names.
std::string access_name(std::int64_t level) {
    static constexpr std::array<std::pair<std::int64_t, std::string_view>, 8> kNames = {{{0, "no access"},
                                                                                         {5, "Minimal access"},
                                                                                         {10, "Guest"},
                                                                                         {15, "Planner"},
                                                                                         {20, "Reporter"},
                                                                                         {30, "Developer"},
                                                                                         {40, "Maintainer"},
                                                                                         {50, "Owner"}}};
    const auto found = std::ranges::find(kNames, level, [](const auto& one) { return one.first; });
    return found == kNames.end() ? "access level " + std::to_string(level) : std::string(found->second);
}

Error refused(std::string message, std::string_view reason) {
    Error error(ErrorKind::permission_denied, std::move(message), "token");
    error.detail().extra = JsonWriter().key("reason").text(reason).take();
    return error;
}

// What of the provider's words is repeated: names of scopes and roles, of letters alone.
std::string word_of(std::string_view text) {
    constexpr std::size_t kMostBytes = 200;
    std::string out;
    for (const char c : text.substr(0, kMostBytes)) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || std::string_view(" ,:_-").find(c) != std::string_view::npos) out += c;
    }
    return out;
}

std::string text_of(const json::value& of, std::string_view name) {
    const auto* const object = of.if_object();
    const auto* const value = object == nullptr ? nullptr : object->if_contains(name);
    const auto* const text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string() : std::string(*text);
}

std::optional<std::int64_t> number_of(const json::value& of, std::string_view name) {
    const auto* const object = of.if_object();
    const auto* const value = object == nullptr ? nullptr : object->if_contains(name);
    return value != nullptr && value->is_int64() ? std::optional(value->as_int64()) : std::nullopt;
}

class Provider {
  public:
    explicit Provider(const GitAccess& access)
        : access_(access), github_(access.host.provider == GitProvider::github) {}

    bool is_github() const { return github_; }
    std::string at() const { return " at " + access_.host.host; }

    Outcome<HttpReply> get(const std::string& path) const {
        HttpCall call{.url = access_.host.api_url + path,
                      .header_lines = {"Authorization: Bearer " + std::string(access_.token),
                                       github_ ? "Accept: application/vnd.github+json" : "Accept: application/json"},
                      .ca_file = access_.host.tls_ca_file,
                      .timeout_ms = access_.timeout_ms,
                      .stop = &access_.stop};
        if (github_) call.header_lines.emplace_back("X-GitHub-Api-Version: 2022-11-28");
        auto answer = tollgate::get(std::move(call));
        if (answer) return answer;
        Error& error = answer.error();
        error.detail().message.insert(0, access_.host.host + " cannot be asked: ");
        return answer;
    }

    // What an answer without content means; `absent` if it is that there is no such thing.
    Error refusal_of(const HttpReply& answer, Error absent) const {
        switch (answer.status) {
            case 200:
                return {};
            case 401:
                return refused("the token is not accepted" + at(), "git_token_invalid");
            case 403:
                return forbidden(answer);
            case 404:
                return absent;
            case 429:
                return busy();
            default:
                return {ErrorKind::upstream_error,
                        access_.host.host + " answered with status " + std::to_string(answer.status)};
        }
    }

    Outcome<json::value> json_of(const HttpReply& answer) const {
        boost::system::error_code wrong;
        json::value value = json::parse(answer.body, wrong);
        if (!wrong) return value;
        return problem(ErrorKind::upstream_invalid_response, access_.host.host + " answered with what is no JSON");
    }

    Outcome<json::value> get_json(const std::string& path, const Error& absent) const {
        const auto answer = get(path);
        if (!answer) return std::unexpected(answer.error());
        if (Error error = refusal_of(*answer, absent)) return std::unexpected(std::move(error));
        return json_of(*answer);
    }

  private:
    Error busy() const {
        return {ErrorKind::overloaded, access_.host.host + " takes no more calls of this token now; try again later"};
    }

    Error forbidden(const HttpReply& answer) const {
        if (!answer.field("x-github-sso").empty()) {
            return refused("the organization is behind single sign-on (SAML): authorize the token for it" + at() +
                               ", then repeat the call",
                           "git_sso_required");
        }
        if (answer.field("x-ratelimit-remaining") == "0" || !answer.field("retry-after").empty()) return busy();
        std::string message = "the token may not ask for memberships" + at();
        if (!github_) return refused(message + ": it needs the scope read_api", "git_scope_missing");
        message += ": it needs the scope read:org";
        const std::string has = word_of(answer.field("x-oauth-scopes"));
        if (!has.empty()) message += ", and has " + has;
        return refused(std::move(message), "git_scope_missing");
    }

    const GitAccess& access_;
    const bool github_;
};

Error no_member(const Provider& provider, const std::string& path) {
    return refused(
        "the token's account is no member of '" + path + "'" + provider.at() + ", or there is no such organization",
        "git_not_member");
}

Error other_organization(const std::string& path) {
    return refused("'" + path + "' is an earlier name of another organization", "git_not_member");
}

bool is_active_admin(const json::value& membership) {
    return text_of(membership, "state") == "active" && text_of(membership, "role") == "admin";
}

// https://docs.github.com/rest/orgs/members: "Get an organization membership for the authenticated user".
Error check_github(const Provider& provider, const std::string& path) {
    const auto membership = provider.get_json("/user/memberships/orgs/" + path, no_member(provider, path));
    if (!membership) return membership.error();
    const auto* const organization =
        membership->is_object() ? membership->as_object().if_contains("organization") : nullptr;
    const std::string login = organization == nullptr ? std::string() : text_of(*organization, "login");
    const auto normal = normal_git_organization(GitProvider::github, "login", login);
    if (!normal || *normal != path) return other_organization(path);
    if (is_active_admin(*membership)) return {};
    if (text_of(*membership, "state") != "active") {
        return refused("the token's account has not accepted its invitation to '" + path + "' yet", "git_not_admin");
    }
    return refused("the token's account has the role " + word_of(text_of(*membership, "role")) + " in '" + path + "'" +
                       provider.at() + "; it must be admin",
                   "git_not_admin");
}

std::string encoded(std::string path) {
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash)) {
        path.replace(slash, 1, "%2F");
    }
    return path;
}

// https://docs.gitlab.com/api/members: "Get a member of a group, including inherited and invited members".
Error check_gitlab(const Provider& provider, const std::string& path) {
    const Error absent = no_member(provider, path);
    const auto user =
        provider.get_json("/user", refused("the token has no account" + provider.at(), "git_token_invalid"));
    if (!user) return user.error();
    const auto id = number_of(*user, "id");
    if (!id) return {ErrorKind::upstream_invalid_response, "its answer names no account"};
    const std::string group_path = "/groups/" + encoded(path);
    const auto group = provider.get_json(group_path + "?with_projects=false", absent);
    if (!group) return group.error();
    const auto normal = normal_git_organization(GitProvider::gitlab, "full_path", text_of(*group, "full_path"));
    if (!normal || *normal != path) return other_organization(path);
    const auto member = provider.get_json(group_path + "/members/all/" + std::to_string(*id), absent);
    if (!member) return member.error();
    const std::int64_t level = number_of(*member, "access_level").value_or(0);
    const std::string membership = text_of(*member, "membership_state");
    const bool active = text_of(*member, "state") == "active" && (membership.empty() || membership == "active");
    if (level >= kOwner && active) return {};
    const std::string found = active ? access_name(level) : "a membership that is not active";
    return refused("the token's account has " + found + " in '" + path + "'" + provider.at() + "; it must be Owner",
                   "git_not_admin");
}

bool has_next_page(const HttpReply& answer) {
    return !answer.field("x-next-page").empty() || answer.field("link").find("rel=\"next\"") != std::string_view::npos;
}

// The normal form of the name in an entry of the list, if its account administers that.
std::string administered(const Provider& provider, const json::value& entry) {
    std::string name;
    if (!provider.is_github()) {
        name = text_of(entry, "full_path");
    } else if (is_active_admin(entry)) {
        if (const auto* const organization = entry.as_object().if_contains("organization")) {
            name = text_of(*organization, "login");
        }
    }
    const GitProvider kind = provider.is_github() ? GitProvider::github : GitProvider::gitlab;
    return normal_git_organization(kind, "name", name).value_or(std::string());
}

}  // namespace

Error check_administers(const GitAccess& access, const std::string& path) {
    const Provider provider(access);
    return provider.is_github() ? check_github(provider, path) : check_gitlab(provider, path);
}

Outcome<AdministeredGit> list_administered(const GitAccess& access) {
    const Provider provider(access);
    const std::string list =
        std::string(provider.is_github() ? "/user/memberships/orgs?state=active&" : "/groups?min_access_level=50&") +
        std::string(kPageSize) + "&page=";
    const Error absent(ErrorKind::upstream_error, access.host.host + " has no list of organizations");
    AdministeredGit all;
    for (std::size_t page = 1;; ++page) {
        const auto answer = provider.get(list + std::to_string(page));
        if (!answer) return std::unexpected(answer.error());
        if (Error error = provider.refusal_of(*answer, absent)) return std::unexpected(std::move(error));
        const auto entries = provider.json_of(*answer);
        if (!entries) return std::unexpected(entries.error());
        if (!entries->is_array()) {
            return problem(ErrorKind::upstream_invalid_response, access.host.host + " answered with what is no list");
        }
        for (const json::value& entry : entries->as_array()) {
            std::string path = administered(provider, entry);
            if (!path.empty()) all.paths.push_back(std::move(path));
        }
        // Organizations behind single sign-on are left out of GitHub's list where the token is not authorized.
        if (!answer->field("x-github-sso").empty()) all.partial = true;
        if (!has_next_page(*answer)) break;
        if (page == kMostGitPages) {
            all.partial = true;
            break;
        }
    }
    std::ranges::sort(all.paths);
    return all;
}

}  // namespace tollgate
