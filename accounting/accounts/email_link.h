// Links that prove an address: whoever has one read the mail to that address. Of its token only the digest is stored.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/accounts/document.h"
#include "accounting/accounts/user.h"
#include "accounting/money/ids.h"
#include "store/store.h"

namespace tollgate {

class Change;

inline constexpr std::int64_t kEmailLinkMs = 24LL * 3600 * 1000;

enum class EmailLinkKind : std::uint8_t { verification, registration };
std::string_view to_string(EmailLinkKind kind);
bool parse(std::string_view text, EmailLinkKind& kind);

struct EmailLink {
    KeyDigest token = {};  // its digest, which names the link
    EmailLinkKind kind = EmailLinkKind::verification;
    Id128 user = {};         // whose address it verifies; nil: of one who registers
    std::string email = {};  // normal_email()
    std::string name = {};   // of one who registers; empty: what the address begins with
    std::int64_t expires_ms = 0;
};

// From the document's key and text.
Result<EmailLink> read_email_link(DocumentReader& reader, std::string_view document, std::string_view text);
// not_found verification_invalid; conflict verification_expired.
Result<EmailLink> find_email_link(Store& store, const KeyDigest& token, std::int64_t now_ms);

// Stores the link for a day and returns its token.
std::string make_email_link(Change& change, EmailLink link);
// Nothing if there is none.
void erase_email_link(Change& change, const KeyDigest& token);

// Uses the link up. By a verification's nobody is verified but the person who asked for it, who must be the one that
// calls: whoever was only sent such a mail must not be able to lend his address to another one's account by a click.
// Returns the person. not_found, conflict as above; denied sign_in_needed, email_mismatch; conflict email_taken:
// whoever registers has an account by now.
struct EmailLinkUse {
    Id128 user;
    bool user_made = false;
};
Result<EmailLinkUse> use_email_link(Change& change, const KeyDigest& token, const User* signed_in);

}  // namespace tollgate
