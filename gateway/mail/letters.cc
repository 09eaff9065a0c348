#include "gateway/mail/letters.h"

#include "accounting/accounts/organization.h"
#include "accounting/accounts/page_link.h"
#include "accounting/accounts/person_link.h"

namespace tollgate {
namespace {

constexpr std::string_view kIgnore =
    "\nIf you did not expect this mail, do nothing: opening the link changes nothing.\n";

// The link, and for whom has no browser at hand what its page does.
std::string with_link(const std::string& base, std::string_view page, const std::string& token, std::string_view call) {
    return "  " + page_link(base, page, token) + "\n\nWithout a browser: POST " + base + std::string(call) +
           " with {\"token\": \"...\"}, of which the token stands behind \"token=\".\n";
}

}  // namespace

Letter verification_letter(const std::string& base, const std::string& token) {
    return {.subject = "Confirm your e-mail address",
            .text = "Somebody asked to confirm that this address belongs to an account at " + base +
                    ". Open the link, sign in, and confirm it there:\n\n" +
                    with_link(base, kVerificationRoute, token, "/api/verifications/confirm") +
                    "The link is good for a day, once.\n" + std::string(kIgnore)};
}

Letter registration_letter(const std::string& base, const std::string& token) {
    return {.subject = "Finish your registration",
            .text = "Somebody asked for an account at " + base +
                    " with this address. Open the link to make it, and to choose a password:\n\n" +
                    with_link(base, kVerificationRoute, token, "/api/verifications/confirm") +
                    "The link is good for a day, once.\n" + std::string(kIgnore)};
}

Letter password_letter(const std::string& base, const std::string& token) {
    return {.subject = "Choose a new password",
            .text = "Somebody asked for a new password of the account with this address at " + base + ".\n\n  " + base +
                    link_path(PersonLinkKind::mailed_password, token) +
                    "\n\nThere you choose one. All your sessions end then. The link is good for an hour, once.\n" +
                    std::string(kIgnore)};
}

Letter known_address_letter(const std::string& base) {
    return {.subject = "You have an account already",
            .text = "Somebody asked for an account at " + base + " with this address. There is one already.\n\n" +
                    "You sign in there:\n\n  " + page_link(base, "/sign-in") +
                    "\n\nIf you have forgotten the password, or have none yet:\n\n  " + page_link(base, "/reset") +
                    "\n\nIf it was not you, do nothing: nothing has changed.\n"};
}

Letter alert_letter(const std::string& base, const Organization& organization, const std::string& text) {
    return {.subject = "Credit and budgets of " + organization.name,
            .text = "This is about the organization \"" + organization.name + "\" at " + base + ".\n\n" + text +
                    "\nEach is said once, until it is over or a new window begins. Owners and admins add credit, and\n"
                    "choose what is said:\n\n  " +
                    page_link(base, "/o/" + to_uuid(organization.id) + "/credits") + "\n"};
}

Letter security_letter(const std::string& base, const std::string& text) {
    return {.subject = "How you sign in has changed",
            .text = "This is about your account at " + base + ".\n\n" + text +
                    "\nIf it was not you, somebody else can sign in as you: choose another password at once, end your\n"
                    "sessions, and tell the operator:\n\n  " +
                    page_link(base, "/account/security") + "\n"};
}

Letter invitation_letter(const std::string& base, const std::string& token, const InvitationLetter& about) {
    const std::string who = about.inviter.empty() ? "You are invited" : about.inviter + " invites you";
    return {.subject = who + " to " + about.organization,
            .text = who + " to join the organization \"" + about.organization + "\" at " + base + " as " + about.role +
                    ". Open the link to accept it:\n\n" +
                    with_link(base, kInvitationRoute, token, "/api/invitations/accept") +
                    "Who has no account yet makes one there. The link is good for seven days.\n" +
                    "Of several mails about one invitation the newest has the good link.\n" + std::string(kIgnore)};
}

}  // namespace tollgate
