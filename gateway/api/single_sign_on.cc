#include "gateway/api/single_sign_on.h"

#include <algorithm>
#include <utility>

#include "accounting/accounts/group_grants.h"
#include "accounting/accounts/identity_sign_in.h"
#include "gateway/api/proven_session.h"
#include "gateway/api/second_factors.h"
#include "gateway/api/step_up.h"
#include "gateway/oidc/authorization_request.h"
#include "gateway/oidc/callback_query.h"
#include "gateway/oidc/return_route.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr int kSeeOther = 303;
constexpr std::string_view kToSignIn = "sign_in", kToStepUp = "step_up";
// The page that shows whom an account is linked to.
constexpr std::string_view kLinksRoute = "/account/security";

using oidc::SignInPurpose;

const Operation& operation_of(const ApiRequest& request) { return *request.operation; }

// From the request's own address to the page's, whatever path a proxy in front serves them under.
std::string way_to_page(const ApiRequest& request) {
    const auto slashes = std::ranges::count(request.path, '/');
    std::string way;
    for (auto i = slashes - 1; i > 0; --i) way += "../";
    return way + "#";
}

// `lines`: with the cookies that it sets.
ApiAnswer send_to(std::string_view location, std::string_view lines = kNoStoreLine) {
    ApiAnswer answer;
    answer.status = kSeeOther;
    answer.headers.append("location: ").append(location).append("\r\nreferrer-policy: no-referrer\r\n").append(lines);
    return answer;
}

std::string browser_of(const Call& call) {
    const PageFields* const page = call.request.page.get();
    return page != nullptr && oidc::BegunSignIns::is_browser(page->sign_in_browser) ? page->sign_in_browser
                                                                                    : std::string();
}

IdentityProvider* provider_of(const Call& call) {
    return call.services.identity_providers->find(call.path("provider"));
}

void log_failure(const Call& call, const FailedSignIn& failed) {
    call.services.log->logger(LogComponent::server)
        .warning("a sign-in at an identity provider failed",
                 {{"provider", call.path("provider")}, {"fault", to_string(failed.fault)}, {"why", failed.why}});
}

std::unexpected<FailedSignIn> failed(SignInFault fault, std::string why = {}) {
    return std::unexpected(FailedSignIn{.fault = fault, .why = std::move(why)});
}

// A refusal of accounts/identity_sign_in.h.
FailedSignIn failure_of(const Status& status) {
    using enum SignInFault;
    for (const SignInFault one : {email_not_verified, no_account, account_taken, account_not_verified, operator_account,
                                  identity_taken, issuer_linked, suspended}) {
        if (status.reason() == to_string(one)) return {.fault = one};
    }
    return {.fault = store_unavailable, .why = status.message()};
}

Caller job_of(const Call& call, std::string job) {
    return {.kind = CallerKind::job, .address = call.request.caller.address, .job = std::move(job)};
}

SignInResult<oidc::BegunSignIn> begun_sign_in(const Call& call, const oidc::CallbackQuery& query) {
    auto begun = call.services.identity_providers->begun().finish(query.state, browser_of(call), call.request.now_ms);
    if (!begun || begun->provider != call.path("provider")) return failed(SignInFault::expired);
    return std::move(*begun);
}

// What the provider's answer to the browser says, before its code is looked at.
SignInResult<void> check_callback(IdentityProvider& provider, const oidc::CallbackQuery& query, std::int64_t now_ms) {
    const auto metadata = provider.metadata(now_ms);
    if (!metadata) return std::unexpected(metadata.error());
    const bool named = !query.issuer.empty();
    if ((named && query.issuer != provider.config().issuer) || (!named && metadata->names_issuer)) {
        return failed(SignInFault::token_refused, "its answer names another issuer, or none (RFC 9207)");
    }
    if (query.error == "access_denied") return failed(SignInFault::cancelled);
    if (!query.error.empty()) return failed(SignInFault::provider_refused, "it sent the browser back with an error");
    if (query.code.empty() || query.code.size() > IdentityProvider::kMostCodeBytes) {
        return failed(SignInFault::provider_failed, "it sent the browser back without a code");
    }
    return {};
}

ProvidedPerson provided_person(const IdentityProviderConfig& config, const oidc::Claims& claims) {
    return {.issuer = config.issuer,
            .subject = claims.subject,
            .provider = config.id,
            .email = claims.email,
            .email_is_his = claims.email_verified || config.trust_email,
            .name = claims.name};
}

SignInResult<Id128> account_of(const Call& call, const IdentityProviderConfig& config, const oidc::Claims& claims) {
    const PeopleToMake make{.any = config.create_people, .email_domains = config.email_domains};
    Change change(*call.services.accounts, job_of(call, "sign_in:" + config.id), "identity.sign_in",
                  call.request.now_ms);
    const auto signed_in = sign_in_by_identity(change, provided_person(config, claims), make);
    if (!signed_in) return std::unexpected(failure_of(signed_in.error()));
    if (Status stored = change.commit(); !stored.ok()) return std::unexpected(failure_of(stored));
    return signed_in->user;
}

std::vector<GroupMembership> memberships_of(const Call& call, const IdentityProviderConfig& config,
                                            const std::vector<std::string>& groups, const Directory& directory) {
    std::vector<GroupMembership> wanted;
    for (const GroupMapping& mapping : config.groups) {
        if (std::ranges::find(groups, mapping.group) == groups.end()) continue;
        const auto id = parse_uuid(mapping.organization);
        const Organization* const organization =
            id ? directory.find_organization(*id) : directory.find_organization_by_slug(mapping.organization);
        if (organization == nullptr) {
            call.services.log->logger(LogComponent::server)
                .warning("a group is mapped to an organization that there is not",
                         {{"provider", config.id}, {"organization", mapping.organization}});
            continue;
        }
        const auto same = std::ranges::find(wanted, organization->id, &GroupMembership::organization);
        if (same == wanted.end()) {
            wanted.push_back({.organization = organization->id, .role = mapping.role});
        } else {
            same->role = std::max(same->role, mapping.role);
        }
    }
    return wanted;
}

// His memberships follow his groups. What cannot be done keeps nobody out: he signs in with what he has.
Status follow_groups_of(const Call& call, const IdentityProviderConfig& config, const oidc::Claims& claims) {
    if (config.groups_claim.empty() || !claims.groups) return {};
    Change change(*call.services.accounts, job_of(call, std::string(kGroupsJob) + config.id), "identity.groups",
                  call.request.now_ms);
    auto identity = find_identity(change, config.issuer, claims.subject);
    if (!identity) return identity.error();
    std::optional<Identity> known = std::move(*identity);
    if (!known) return {};
    const FollowedGroups followed = follow_groups(change, known->user, known->grants,
                                                  memberships_of(call, config, *claims.groups, change.directory()));
    known->grants = followed.grants;
    Status stored = put_identity(change, *known);
    if (stored.ok()) stored = change.commit();
    for (const std::string& problem : followed.problems) {
        call.services.log->logger(LogComponent::server)
            .warning("a membership could not follow a person's groups", {{"provider", config.id}, {"why", problem}});
    }
    return stored;
}

oidc::SignedIn signed_in_by(const Call& call) {
    const Caller& caller = call.request.caller;
    if (caller.kind != CallerKind::session) return {};
    return {.user = caller.user, .session = caller.key};
}

// Who is signed in has proven again who he is; nothing is linked, made or granted.
SignInResult<Id128> stepped_up_person(const Call& call, const IdentityProviderConfig& config,
                                      const oidc::Claims& claims) {
    const Id128& who = call.request.caller.user;
    const auto identities = identities_of(*call.services.store, who);
    if (!identities) return std::unexpected(failure_of(identities.error()));
    const bool his = std::ranges::any_of(
        *identities, [&](const Identity& one) { return one.issuer == config.issuer && one.subject == claims.subject; });
    if (!his) return failed(SignInFault::another_person);
    return who;
}

// Who is signed in adds the identity to his account. Nobody is signed in by it, nor is anything granted: his groups are
// followed when he signs in there.
SignInResult<void> link(const Call& call, const IdentityProviderConfig& config, const oidc::Claims& claims) {
    const Caller& caller = call.request.caller;
    Change change(*call.services.accounts, caller, "identity.link", call.request.now_ms);
    const User* const user = change.directory().find_user(caller.user);
    const bool signed_in = user != nullptr && user->status == UserStatus::active &&
                           change.directory().find_session(caller.user, caller.key) != nullptr;
    if (!signed_in) return failed(SignInFault::expired, "who began it is signed in no more");
    if (Status linked = link_identity(change, caller.user, provided_person(config, claims)); !linked.ok()) {
        return std::unexpected(failure_of(linked));
    }
    tell_of_sign_in_change(call, change, caller.user,
                           "Your account can be signed in to by \"" + config.name + "\" now.");
    if (Status stored = change.commit(); !stored.ok()) return std::unexpected(failure_of(stored));
    return {};
}

SignInResult<Id128> signed_in_person(const Call& call, const IdentityProviderConfig& config,
                                     const oidc::Claims& claims) {
    const auto user = account_of(call, config, claims);
    if (!user) return user;
    if (Status followed = follow_groups_of(call, config, claims); !followed.ok()) {
        return std::unexpected(failure_of(followed));
    }
    return user;
}

// Who comes back; nothing: who is signed in has linked an identity, and nobody else is to be.
SignInResult<std::optional<ProvenPerson>> who_comes_back(Call& call, IdentityProvider& provider,
                                                         ProviderSignIn& sign_in) {
    const auto query = oidc::read_callback_query(call.request.query);
    if (!query) return failed(SignInFault::expired, "the address that the browser came back to cannot be read");
    const auto begun = begun_sign_in(call, *query);
    if (!begun) return std::unexpected(begun.error());
    sign_in.return_route = begun->return_route;
    sign_in.links = begun->purpose == SignInPurpose::link;
    const bool steps_up = begun->purpose == SignInPurpose::step_up;
    if (begun->purpose != SignInPurpose::sign_in && begun->by != signed_in_by(call)) {
        return failed(SignInFault::expired, "who began it is signed in no more");
    }
    if (auto fine = check_callback(provider, *query, call.request.now_ms); !fine) return std::unexpected(fine.error());
    const std::string callback = call.services.identity_providers->callback_url(provider);
    const auto claims = provider.person_of({.code = query->code,
                                            .code_verifier = begun->code_verifier,
                                            .redirect_uri = callback,
                                            .nonce = begun->nonce,
                                            .signed_in_since_ms = steps_up ? begun->begun_ms : 0},
                                           call.request.now_ms);
    if (!claims) return std::unexpected(claims.error());
    if (sign_in.links) {
        if (auto linked = link(call, provider.config(), *claims); !linked) return std::unexpected(linked.error());
        return std::nullopt;
    }
    const auto user = steps_up ? stepped_up_person(call, provider.config(), *claims)
                               : signed_in_person(call, provider.config(), *claims);
    if (!user) return std::unexpected(user.error());
    return ProvenPerson{.user = *user,
                        .proofs = Proof::identity_provider,
                        .occasion = steps_up ? Occasion::step_up : Occasion::sign_in};
}

// Where the browser goes, and the lines that set the cookie by which it is known when it comes back.
struct WayThere {
    std::string url, lines;
};
SignInResult<WayThere> begin(const Call& call, IdentityProvider& provider, SignInPurpose purpose,
                             std::string_view return_route) {
    const auto metadata = provider.metadata(call.request.now_ms);
    if (!metadata) {
        log_failure(call, metadata.error());
        return std::unexpected(metadata.error());
    }
    const IdentityProviders& providers = *call.services.identity_providers;
    std::string browser = browser_of(call);
    if (browser.empty()) browser = oidc::BegunSignIns::new_browser();
    const auto beginning =
        providers.begun().begin({.provider = provider.config().id,
                                 .return_route = return_route,
                                 .browser = browser,
                                 .purpose = purpose,
                                 .by = purpose == SignInPurpose::sign_in ? oidc::SignedIn{} : signed_in_by(call)},
                                call.request.now_ms);
    return WayThere{
        .url = oidc::url_of({.endpoint = metadata->authorization_endpoint,
                             .client_id = provider.config().client_id,
                             .redirect_uri = providers.callback_url(provider),
                             .scopes = provider.config().scopes,
                             .beginning = beginning,
                             .anew = purpose == SignInPurpose::step_up}),
        .lines = cookie_line(oidc::kBrowserCookie, browser, oidc::BegunSignIns::kLifetimeMs).append(kNoStoreLine)};
}

ApiAnswer no_such_provider() { return api_error(ErrorKind::not_found, "there is no such identity provider"); }

}  // namespace

Id128 provider_gate_name(const ApiRequest& request) {
    return gate_name(path_value(operation_of(request).path, request.path, "provider"));
}

ApiAnswer failed_sign_in(const ApiRequest& request, SignInFault fault) {
    return send_to(way_to_page(request) + "/sign-in?error=" + std::string(to_string(fault)));
}

ApiAnswer busy_sign_in(const ApiRequest& request) {
    const bool of_browser = operation_of(request).method == "GET";
    return of_browser ? failed_sign_in(request, SignInFault::busy)
                      : api_error(ErrorKind::overloaded, "too many people sign in at once; try again in a moment");
}

ApiAnswer begin_provider_sign_in(Call& call) {
    const std::string route = oidc::return_route(call.query.text("return_to"));
    const std::string purpose = call.query.text("purpose");
    const bool step_up = purpose == kToStepUp;
    if (!purpose.empty() && purpose != kToSignIn && !step_up) call.query.fail("purpose", "must be sign_in or step_up");
    if (call.error()) return call.refusal();
    if (step_up) {
        if (Error refused = check_is_session(call)) return api_error(std::move(refused));
    }
    IdentityProvider* const provider = provider_of(call);
    if (provider == nullptr) return no_such_provider();
    const auto way = begin(call, *provider, step_up ? SignInPurpose::step_up : SignInPurpose::sign_in, route);
    return way ? send_to(way->url, way->lines) : failed_sign_in(call.request, way.error().fault);
}

ApiAnswer begin_identity_link(Call& call) {
    IdentityProvider* const provider = provider_of(call);
    if (provider == nullptr) return no_such_provider();
    const auto identities = identities_of(*call.services.store, call.request.caller.user);
    if (!identities) return api_error(identities.error());
    if (std::ranges::find(*identities, provider->config().issuer, &Identity::issuer) != identities->end()) {
        return api_error(Status(StatusCode::conflict, "an identity of this provider is linked already: unlink it first",
                                to_string(SignInFault::issuer_linked)));
    }
    const auto way = begin(call, *provider, SignInPurpose::link, kLinksRoute);
    if (!way) return api_error(ErrorKind::upstream_unreachable, "the identity provider cannot be reached now");
    JsonWriter json;
    ApiAnswer answer = json_answer(json.object().key("location").text(way->url).end());
    answer.headers = way->lines;
    return answer;
}

Error prove_provider_sign_in(Call& call) {
    ProviderSignIn& sign_in = call.provider_sign_in.emplace();
    IdentityProvider* const provider = provider_of(call);
    if (provider == nullptr) return {ErrorKind::not_found, "there is no such identity provider"};
    auto person = who_comes_back(call, *provider, sign_in);
    if (person) {
        call.proven = std::move(*person);
        sign_in.linked = sign_in.links;
    } else {
        sign_in.fault = person.error().fault;
        log_failure(call, person.error());
    }
    return {};
}

ApiAnswer end_provider_sign_in(Call& call, Change& change) {
    const ProviderSignIn sign_in = call.provider_sign_in.value_or(ProviderSignIn{});
    if (sign_in.links) {
        const std::string said = sign_in.linked ? "?linked=" + std::string(call.path("provider"))
                                                : "?link_error=" + std::string(to_string(sign_in.fault));
        return send_to(way_to_page(call.request) + sign_in.return_route + said);
    }
    if (!call.proven) return failed_sign_in(call.request, sign_in.fault);
    const bool steps_up = call.proven->occasion == Occasion::step_up;
    const auto lines = steps_up ? renew_proven_session(call, change) : begin_proven_session(call, change);
    if (!lines) return failed_sign_in(call.request, steps_up ? SignInFault::expired : SignInFault::suspended);
    return send_to(way_to_page(call.request) + sign_in.return_route, *lines);
}

}  // namespace tollgate
