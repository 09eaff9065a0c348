#include "gateway/mail/letters.h"

#include "accounting/accounts/person_link.h"

namespace tollgate {
namespace {

constexpr std::string_view kIgnore =
    "\nIf you did not expect this mail, do nothing: opening the link changes nothing.\n";

// Until there is a page for it, a link shows what it is for, and a call uses it.
std::string how_to(const std::string& base, const std::string& link, const std::string& token, const std::string& call,
                   bool signed_in) {
    return "  " + base + link + "/" + token + "\n\nshows what this is about, and changes nothing. To go on:\n\n" +
           "  curl " + base + link + call + (signed_in ? " --oauth2-bearer YOUR_TOKEN" : "") +
           " --json '{\"token\": \"" + token + "\"}'\n";
}

}  // namespace

Letter verification_letter(const std::string& base, const std::string& token) {
    return {.subject = "Confirm your e-mail address",
            .text = "Somebody asked to confirm that this address belongs to an account at " + base + ".\n\n" +
                    how_to(base, "/api/verifications", token, "/confirm", true) + "\nThe link is good for a day.\n" +
                    std::string(kIgnore)};
}

Letter registration_letter(const std::string& base, const std::string& token) {
    return {.subject = "Finish your registration",
            .text = "Somebody asked for an account at " + base + " with this address.\n\n" +
                    how_to(base, "/api/verifications", token, "/confirm", false) +
                    "\nThis makes the account, and prints its first personal token. The link is good for a day.\n" +
                    std::string(kIgnore)};
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
                    "Use the personal token that you have. If you lost it, ask the operator for another.\n" +
                    "If it was not you, do nothing: nothing has changed.\n"};
}

Letter alert_letter(const std::string& base, const std::string& organization, const std::string& text) {
    return {
        .subject = "Credit and budgets of " + organization,
        .text = "This is about the organization \"" + organization + "\" at " + base + ".\n\n" + text +
                "\nEach is said once, until it is over or a new window begins. Owners and admins choose what is said:\n"
                "PUT /api/organizations/{organization}/alerts\n"};
}

Letter security_letter(const std::string& base, const std::string& text) {
    return {.subject = "How you sign in has changed",
            .text = "This is about your account at " + base + ".\n\n" + text +
                    "\nIf it was not you, somebody else can sign in as you: choose another password at once, end your\n"
                    "sessions, and tell the operator.\n"};
}

Letter invitation_letter(const std::string& base, const std::string& token, const InvitationLetter& about) {
    const std::string who = about.inviter.empty() ? "You are invited" : about.inviter + " invites you";
    return {.subject = who + " to " + about.organization,
            .text = who + " to join the organization \"" + about.organization + "\" at " + base + " as " + about.role +
                    ".\n\n" + how_to(base, "/api/invitations", token, "/accept", false) +
                    "\nWho has no account yet gets one by that, with a first personal token.\n" +
                    "Of several mails about one invitation the newest has the good link.\n" + std::string(kIgnore)};
}

}  // namespace tollgate
