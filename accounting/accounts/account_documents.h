// Accounts as they are stored: JSON documents in Family::accounts, one for each organization, project, key and
// member. The id
// is in the document's key, not in its text. Amounts are integers of nano-USD, times are Unix milliseconds.
//
// A newer minor version may add members: unknown ones are ignored when read and kept when rewritten. A document that
// can't be understood is StatusCode::corrupt, and the message names its key.
#pragma once

#include <string>
#include <string_view>

#include "accounting/accounts/directory.h"
#include "store/status.h"

namespace tollgate {

// `key` is the document's key in the store (store/key_space.h). Pointers to policies and credit are left for the caller
// to fill in, but for an organization's policy, which is stored in its document.
Result<Organization> parse_organization(std::string_view key, std::string_view text);
Result<Project> parse_project(std::string_view key, std::string_view text);
Result<KeyRecord> parse_key(std::string_view key, std::string_view text);
Result<KeyRecord> parse_root_key(std::string_view key, std::string_view text);

// The text to store. `previous` is the text that it replaces, empty for a new document; it is corrupt if that isn't a
// JSON object.
Result<std::string> write_organization(const Organization& organization, std::string_view previous = {});
Result<std::string> write_project(const Project& project, std::string_view previous = {});
Result<std::string> write_key(const KeyRecord& record, std::string_view previous = {});
std::string write_root_key(const KeyRecord& record);

// A member is so far the limits of a person in an organization.
struct MemberRecord {
    Id128 organization, user;
    Limits limits;
};
Result<MemberRecord> parse_member(std::string_view key, std::string_view text);
Result<std::string> write_member(const MemberRecord& record, std::string_view previous = {});

}  // namespace tollgate
