// An option as it stands, for the operator to look at: its value, its default and where the value comes from. Secrets
// are never in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

struct OptionRecord {
    std::string name = {};  // with the sections that it is in: "limits.max_connections", "providers.openai.base_url"
    std::string meaning = {};
    std::string value = {};  // as the file would have it; of a secret empty
    std::string usual = {};  // the default; of a secret empty
    bool is_secret = false;
    bool is_set = false;                        // the value is not empty
    int line = 0;                               // of the file; 0: it does not stand there
    std::vector<std::string> environment = {};  // the variables that the file names for it
    bool from_environment = false;              // one of them was set
    bool waits_for_restart = false;             // the file has another value by now

    bool operator==(const OptionRecord&) const = default;
};

// A value as it may be shown: of an address without the name and password in front of the host, and without what its
// query holds but what is known to be no secret.
std::string without_credentials(const std::string& value);

// After a reload: what `now` says, but for the options `waiting`, or what is in them, which are as `before`.
std::vector<OptionRecord> records_in_force(const std::vector<OptionRecord>& before,
                                           const std::vector<OptionRecord>& now,
                                           const std::vector<std::string>& waiting);

}  // namespace tollgate
