#include "gateway/config/git_config.h"

#include <yaml-cpp/yaml.h>

#include <utility>

#include "gateway/config/section.h"

namespace tollgate {
namespace {

void read_git_host(const YAML::Node& node, const std::string& name, GitConfig& git) {
    GitHostConfig one{.host = name};
    Section section("Git host " + name);
    section.one_of<std::string>("provider", one.provider, {{"github", "github"}, {"gitlab", "gitlab"}}, "");
    section.text("api_url", one.api_url, "");
    section.text("tls_ca_file", one.tls_ca_file, "");
    section.check([&]() -> std::string {
        return one.provider.empty() || one.api_url.empty() ? "Git host " + name + " needs provider and api_url" : "";
    });
    section.read(node);
    git.hosts.push_back(std::move(one));
}

std::string own_hosts(const GitConfig& git) {
    std::string lines;
    for (const GitHostConfig& one : git.hosts) {
        lines += one.host + ": {provider: " + one.provider + ", api_url: " + without_credentials(one.api_url) +
                 (one.tls_ca_file.empty() ? "" : ", tls_ca_file: " + one.tls_ca_file) + "}\n";
    }
    return lines;
}

}  // namespace

void describe_git(Section& section, GitConfig& git) {
    section.text("github_url", git.github_url, "the API of github.com");
    section.text("gitlab_url", git.gitlab_url, "the API of gitlab.com");
    section.number("timeout_ms", git.timeout_ms, {100, 60000}, "of each call");
    section.nested(
        "hosts", "of your own: name, provider (github or gitlab), api_url; tls_ca_file instead of the system's store",
        [&git](const YAML::Node& hosts) {
            if (!hosts.IsMap()) throw ConfigProblem{line_of(hosts), "hosts must be a mapping of names"};
            for (const auto& entry : hosts) read_git_host(entry.second, entry.first.as<std::string>(), git);
        },
        "    # git.example.com: {provider: gitlab, api_url: \"https://git.example.com/api/v4\"}\n",
        [&git] { return own_hosts(git); });
}

}  // namespace tollgate
