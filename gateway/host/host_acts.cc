#include "gateway/host/host_acts.h"

#include <algorithm>
#include <array>

#include "accounting/accounts/change.h"
#include "accounting/accounts/password.h"
#include "accounting/accounts/person_link.h"
#include "accounting/accounts/second_factors.h"
#include "accounting/accounts/session.h"
#include "accounting/accounts/setup.h"
#include "accounting/accounts/user.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

using Act = Result<std::string> (*)(Change&, const User&, const std::string& base);

// The link of a person, below `base`.
std::string link_of(Change& change, const Id128& user, PersonLinkKind kind, const std::string& base) {
    return base + link_path(kind, make_person_link(change, user, kind));
}

Result<std::string> reset_password(Change& change, const User& user, const std::string& base) {
    const Id128 id = user.id;
    if (Status status = clear_password(change, id); !status.ok()) return std::unexpected(std::move(status));
    end_sessions(change, id);
    return link_of(change, id, PersonLinkKind::password, base);
}

Result<std::string> make_login_link(Change& change, const User& user, const std::string& base) {
    return link_of(change, user.id, PersonLinkKind::sign_in, base);
}

Result<std::string> disable_second_factors(Change& change, const User& user, const std::string&) {
    const std::string email = user.email;
    const Status erased = erase_second_factors(change, Id128(user.id));
    if (!erased.ok()) return std::unexpected(erased);
    change.concerns({}, user_document_key(to_uuid(user.id)));
    return email + " signs in without a second factor";
}

Result<std::string> make_operator(Change& change, const User& user, const std::string&) {
    const std::string email = user.email;
    const Status status = update_user(change, Id128(user.id), {.is_operator = true});
    if (!status.ok()) return std::unexpected(status);
    return email + " operates this gateway";
}

struct HostActRow {
    HostActName name;
    std::string_view action;  // in the audit
    Act act;                  // null: of nobody
};
constexpr std::array kActs = {
    HostActRow{{"reset-password", "End a person's password and sessions; print a link to choose another one", true},
               "host.reset_password",
               reset_password},
    HostActRow{{"disable-2fa", "Remove a person's authenticator app, passkeys and recovery codes", true},
               "host.disable_2fa",
               disable_second_factors},
    HostActRow{{"login-link", "Print a link that signs a person in, once, within ten minutes", true},
               "host.login_link",
               make_login_link},
    HostActRow{{"make-operator", "Let a person, signed in, do what the root key may", true},
               "host.make_operator",
               make_operator},
    HostActRow{{"setup-link", "Print a new link that makes the first person who operates the gateway", false},
               "host.setup_link",
               nullptr},
};

constexpr std::array<HostActName, kActs.size()> names() {
    std::array<HostActName, kActs.size()> names{};
    std::ranges::transform(kActs, names.begin(), &HostActRow::name);
    return names;
}
constexpr auto kNames = names();

const User* find_person(const Directory& directory, const std::string& text) {
    if (const auto id = parse_uuid(text)) return directory.find_user(*id);
    const auto email = normal_email("user", text);
    return email ? directory.find_user_by_email(*email) : nullptr;
}

Result<std::string> perform_in(Change& change, const HostActRow& row, const HostAct& act, const std::string& base) {
    if (row.act == nullptr) {
        change.concerns({}, std::string(kSetupDocumentKey));
        return base + setup_path(make_setup_token(change));
    }
    const User* const user = find_person(change.directory(), act.user);
    if (user == nullptr) return failure(StatusCode::not_found, "there is no such person: " + act.user);
    return row.act(change, User(*user), base);
}

}  // namespace

std::span<const HostActName> host_act_names() { return kNames; }

Result<std::string> perform(Accounts& accounts, const HostAct& act, const std::string& base, std::int64_t now_ms) {
    const auto* const row = std::ranges::find(kActs, act.name, [](const HostActRow& one) { return one.name.name; });
    if (row == kActs.end()) return failure(StatusCode::invalid, "there is no such act");
    Change change(accounts, {.kind = CallerKind::local}, std::string(row->action), now_ms);
    auto done = perform_in(change, *row, act, base);
    if (!done) return done;
    if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
    return done;
}

}  // namespace tollgate
