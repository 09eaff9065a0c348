#include "accounting/accounts/git_name.h"

#include <algorithm>
#include <array>

#include "accounting/money/enum_names.h"

namespace tollgate {
namespace {

// In the order of GitProvider's values.
constexpr std::array<std::string_view, 2> kProviders = {"github", "gitlab"};
constexpr std::array<std::string_view, 2> kPublicHosts = {"github.com", "gitlab.com"};

constexpr std::string_view kLettersAndDigits = "abcdefghijklmnopqrstuvwxyz0123456789";

std::unexpected<Status> wrong(std::string_view field, const std::string& what) {
    return failure(StatusCode::invalid, std::string(field) + ": " + what);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string lower(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    std::string out(text);
    for (char& c : out) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return out;
}

bool consists_of(std::string_view text, std::string_view more) {
    return std::ranges::all_of(text, [more](char c) {
        return (kLettersAndDigits.find(c) != std::string_view::npos) || more.find(c) != std::string_view::npos;
    });
}

bool is_port(std::string_view text) {
    constexpr std::size_t kMostDigits = 5;
    return !text.empty() && text.size() <= kMostDigits &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The levels of a path; 0: one of them is no name.
std::size_t levels_of(std::string_view path) {
    std::size_t levels = 0;
    while (true) {
        const std::string_view level = path.substr(0, path.find('/'));
        if (level.empty() || level == "." || level == ".." || !consists_of(level, "-_.")) return 0;
        ++levels;
        if (level.size() == path.size()) return levels;
        path.remove_prefix(level.size() + 1);
    }
}

struct Levels {
    std::size_t least, most;
};

Result<std::string> normal_path(std::string_view field, std::string_view text, Levels allowed, const char* expected) {
    constexpr std::string_view kSuffix = ".git";
    std::string path = lower(text);
    path.erase(0, path.find_first_not_of('/'));
    while (path.ends_with('/')) path.pop_back();
    if (path.ends_with(kSuffix)) path.erase(path.size() - kSuffix.size());
    if (path.size() > kMostGitPathBytes) {
        return wrong(field, "is longer than " + std::to_string(kMostGitPathBytes) + " bytes");
    }
    const std::size_t levels = levels_of(path);
    if (levels < allowed.least || levels > allowed.most) return wrong(field, std::string("must be like ") + expected);
    return path;
}

}  // namespace

std::string_view to_string(GitProvider provider) { return kProviders.at(static_cast<std::size_t>(provider)); }

bool parse(std::string_view text, GitProvider& provider) { return parse_name(kProviders, lower(text), provider); }

std::string to_string(const GitName& name) {
    return std::string(to_string(name.provider)) + ":" + name.host + "/" + name.path;
}

Result<std::string> normal_git_host(GitProvider provider, std::string_view field, std::string_view text) {
    std::string host = lower(text);
    if (host.empty()) return std::string(kPublicHosts.at(static_cast<std::size_t>(provider)));
    std::string port;
    if (const auto colon = host.find(':'); colon != std::string::npos) {
        port = host.substr(colon + 1);
        host.erase(colon);
        if (!is_port(port)) return wrong(field, "must be a host, with or without a port");
    }
    if (host.ends_with('.')) host.pop_back();
    const bool named = !host.empty() && host.size() <= kMostGitHostBytes && consists_of(host, "-.") &&
                       !host.starts_with('.') && host.find("..") == std::string::npos;
    if (!named) return wrong(field, "must be a host, with or without a port");
    return port.empty() || port == "443" ? host : host + ":" + port;
}

Result<std::string> normal_git_organization(GitProvider provider, std::string_view field, std::string_view text) {
    if (provider == GitProvider::github) return normal_path(field, text, {1, 1}, "acme");
    return normal_path(field, text, {1, kMostGitPathLevels - 1}, "acme or acme/team");
}

Result<std::string> normal_git_repository(GitProvider provider, std::string_view field, std::string_view text) {
    if (provider == GitProvider::github) return normal_path(field, text, {2, 2}, "acme/project");
    return normal_path(field, text, {2, kMostGitPathLevels}, "acme/project or acme/team/project");
}

}  // namespace tollgate
