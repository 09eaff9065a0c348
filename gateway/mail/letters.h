// What mail says. A letter is in plain words and has the one link that it is about.
#pragma once

#include <string>

#include "gateway/mail/message.h"

namespace tollgate {

struct Organization;

struct InvitationLetter {
    std::string organization, inviter, role;  // no inviter: it says none
};

// `base` is the gateway's public URL, `token` the link's.
Letter verification_letter(const std::string& base, const std::string& token);
Letter registration_letter(const std::string& base, const std::string& token);
Letter password_letter(const std::string& base, const std::string& token);
// To somebody who has an account already: whoever registered learns nothing of that.
Letter known_address_letter(const std::string& base);
// `text` is of the outbox: what happened, in lines.
Letter alert_letter(const std::string& base, const Organization& organization, const std::string& text);
// The same of what somebody signs in with.
Letter security_letter(const std::string& base, const std::string& text);
Letter invitation_letter(const std::string& base, const std::string& token, const InvitationLetter& about);

}  // namespace tollgate
