// Where Git organizations can be claimed: the hosts that the configuration names, with the address of each one's API.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/git_name.h"
#include "gateway/config/config.h"
#include "store/status.h"

namespace tollgate {

struct GitHost {
    GitProvider provider = GitProvider::github;
    std::string host;     // as claims name it
    std::string api_url;  // without a slash at its end
    std::string tls_ca_file;
};

class GitHosts {
  public:
    // invalid: names the option at fault.
    static Result<GitHosts> from(const GitConfig& config);

    // Null: claims of that host cannot be shown to be somebody's.
    const GitHost* find(GitProvider provider, std::string_view host) const;
    std::string names() const;  // "github.com, gitlab.com", for messages

  private:
    std::vector<GitHost> hosts_;
};

}  // namespace tollgate
