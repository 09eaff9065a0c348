#include "gateway/api/identities.h"

#include <algorithm>

#include "accounting/accounts/identity.h"
#include "gateway/api/second_factors.h"
#include "gateway/api/ways_to_sign_in.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

KeyDigest id_of(const Identity& identity) { return identity_digest(identity.issuer, identity.subject); }

// The provider of the configuration; null: it has none of that issuer any more.
const IdentityProviderConfig* config_of(const Call& call, const Identity& identity) {
    const IdentityProvider* const found = call.services.identity_providers->find_issuer(identity.issuer);
    return found == nullptr ? nullptr : &found->config();
}

std::string name_of(const Call& call, const Identity& identity) {
    const IdentityProviderConfig* const config = config_of(call, identity);
    return config == nullptr ? identity.provider : config->name;
}

void write_identity(const Call& call, const Identity& identity, JsonWriter& json) {
    json.object().key("id").text(to_hex(id_of(identity))).key("provider").text(identity.provider);
    json.key("provider_name").text(name_of(call, identity)).key("issuer").text(identity.issuer);
    json.key("email").text_or_null(identity.email);
    json.key("works_here").flag(config_of(call, identity) != nullptr).key("linked_at").time(identity.linked_ms);
    json.key("last_used_at").time(identity.last_used_ms).end();
}

// Those of the configuration of which the person has no identity yet.
std::vector<const IdentityProviderConfig*> linkable_providers(const Call& call, const std::vector<Identity>& has) {
    std::vector<const IdentityProviderConfig*> free;
    for (const auto& provider : call.services.identity_providers->all()) {
        const IdentityProviderConfig& config = provider->config();
        if (std::ranges::find(has, config.issuer, &Identity::issuer) == has.end()) free.push_back(&config);
    }
    return free;
}

// Which provider a session began at is not kept: those of the other ones begin anew there.
void end_provider_sessions(Change& change, const Caller& caller) {
    std::vector<KeyDigest> ended;
    for (const Session* const one : change.directory().sessions_of(caller.user)) {
        if (one->id != caller.key && one->proofs.contains(Proof::identity_provider)) ended.push_back(one->id);
    }
    for (const KeyDigest& id : ended) (void)end_session(change, caller.user, id);
}

}  // namespace

ApiAnswer list_my_identities(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    auto identities = identities_of(*call.services.store, call.request.caller.user);
    if (!identities) return api_error(identities.error());
    const auto linkable = linkable_providers(call, *identities);
    const auto part = page_of(
        page, std::move(*identities), [](const Identity& one) { return std::tuple(one.linked_ms, id_of(one)); },
        [](const Identity& one) { return place_of(one.linked_ms, to_hex(id_of(one))); });
    JsonWriter json;
    json.object().key("data").array();
    for (const Identity& one : part.items) write_identity(call, one, json);
    json.end().key("next_cursor").text_or_null(part.next_cursor).key("linkable").array();
    for (const IdentityProviderConfig* const one : linkable) {
        json.object().key("id").text(one->id).key("name").text(one->name).end();
    }
    return json_answer(json.end().end());
}

ApiAnswer delete_my_identity(Call& call, Change& change) {
    const Caller& caller = call.request.caller;
    const auto identities = identities_of(*call.services.store, caller.user);
    if (!identities) return api_error(identities.error());
    const auto id = parse_key_digest(call.path("identity")).value_or(KeyDigest{});
    const auto found = std::ranges::find(*identities, id, id_of);
    if (found == identities->end()) return api_error(ErrorKind::not_found, "there is no such identity");
    if (Status kept = check_can_still_sign_in(call, change, {.identity = id}); !kept.ok()) return api_error(kept);
    if (Status erased = erase_identity(change, caller.user, id); !erased.ok()) return api_error(erased);
    end_provider_sessions(change, caller);
    tell_of_sign_in_change(call, change, caller.user,
                           "Your account can be signed in to by \"" + name_of(call, *found) + "\" no more.");
    JsonWriter json;
    return json_answer(json.object().key("deleted").flag(true).end());
}

}  // namespace tollgate
