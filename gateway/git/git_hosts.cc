#include "gateway/git/git_hosts.h"

#include <algorithm>

#include "gateway/wire/web_url.h"

namespace tollgate {
namespace {

Result<std::string> api_url(const std::string& text, const std::string& option) {
    if (!wire::parse_web_url(text)) {
        return failure(StatusCode::invalid, option + ": must be an http or https URL without user, query or fragment");
    }
    return text.substr(0, text.find_last_not_of('/') + 1);
}

}  // namespace

Result<GitHosts> GitHosts::from(const GitConfig& config) {
    GitHosts all;
    std::vector<GitHostConfig> wanted = {{.provider = "github", .api_url = config.github_url},
                                         {.provider = "gitlab", .api_url = config.gitlab_url}};
    wanted.insert(wanted.end(), config.hosts.begin(), config.hosts.end());
    for (const GitHostConfig& one : wanted) {
        const std::string option = one.host.empty() ? "git." + one.provider + "_url" : "git.hosts." + one.host;
        GitHost host;
        host.tls_ca_file = one.tls_ca_file;
        if (!parse(one.provider, host.provider)) {
            return failure(StatusCode::invalid, option + ": provider must be github or gitlab");
        }
        auto name = normal_git_host(host.provider, option, one.host);
        if (!name) return std::unexpected(name.error());
        auto url = api_url(one.api_url, option);
        if (!url) return std::unexpected(url.error());
        host.host = std::move(*name);
        host.api_url = std::move(*url);
        const bool known =
            std::ranges::any_of(all.hosts_, [&](const GitHost& other) { return other.host == host.host; });
        if (known) return failure(StatusCode::invalid, option + ": the host is there already");
        all.hosts_.push_back(std::move(host));
    }
    return all;
}

const GitHost* GitHosts::find(GitProvider provider, std::string_view host) const {
    const auto found =
        std::ranges::find_if(hosts_, [&](const GitHost& one) { return one.provider == provider && one.host == host; });
    return found == hosts_.end() ? nullptr : &*found;
}

std::string GitHosts::names() const {
    std::string names;
    for (const GitHost& one : hosts_) {
        if (!names.empty()) names += ", ";
        names += one.host;
    }
    return names;
}

}  // namespace tollgate
