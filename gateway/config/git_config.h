// Where Git organizations are claimed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tollgate {

class Section;

// A server with Git organizations that can be claimed.
struct GitHostConfig {
    std::string host = {};      // "git.example.com"; empty: the provider's public one
    std::string provider = {};  // github or gitlab: whose API it has
    std::string api_url = {};
    std::string tls_ca_file = {};  // empty: the system's trust store
    bool operator==(const GitHostConfig&) const = default;
};

struct GitConfig {
    std::string github_url = "https://api.github.com", gitlab_url = "https://gitlab.com/api/v4";
    std::uint32_t timeout_ms = 10000;       // of each call
    std::vector<GitHostConfig> hosts = {};  // beside github.com and gitlab.com
};

// The section's options. `git` must outlive it.
void describe_git(Section& section, GitConfig& git);

}  // namespace tollgate
