#include "gateway/api/git_claims.h"

#include <openssl/crypto.h>

#include <algorithm>

#include "gateway/git/git_rights.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

ApiAnswer no_such_claim() { return api_error(ErrorKind::not_found, "the organization has no such claim"); }

void write_git_claim(const GitClaim& claim, JsonWriter& json) {
    json.object().key("id").text(to_uuid(claim.id)).key("organization_id").text(to_uuid(claim.organization));
    json.key("provider").text(to_string(claim.name.provider)).key("host").text(claim.name.host);
    json.key("git_organization").text(claim.name.path).key("method").text(to_string(claim.method));
    json.key("outsiders").text(to_string(claim.outsiders)).key("verified_at").time(claim.verified_ms);
    json.key("claimed_by").text_or_null(claim.claimed_by.is_nil() ? std::string() : to_uuid(claim.claimed_by));
    json.key("version").number(claim.version).end();
}

// The claim that the path names.
const GitClaim* find_claim(const Call& call, const Directory& directory) {
    const auto id = parse_uuid(call.path("claim"));
    return id ? directory.find_git_claim(call.organization().id, *id) : nullptr;
}

ApiAnswer claim_answer(const GitClaim& claim) {
    JsonWriter json;
    write_git_claim(claim, json);
    return versioned_answer(json, claim.version);
}

GitProvider read_provider(BodyFields& body) {
    GitProvider provider = GitProvider::github;
    if (!parse(body.required_text("provider"), provider)) body.fail("provider", "must be github or gitlab");
    return provider;
}

std::string read_host(BodyFields& body, GitProvider provider) {
    const auto host = normal_git_host(provider, "host", body.text("host"));
    if (host) return *host;
    body.fail("host", "must be a host, with or without a port");
    return {};
}

GitName read_name(BodyFields& body) {
    GitName name{.provider = read_provider(body), .host = {}, .path = {}};
    name.host = read_host(body, name.provider);
    const auto path =
        normal_git_organization(name.provider, "git_organization", body.required_text("git_organization"));
    if (!path) body.keep({ErrorKind::invalid_request, path.error().message(), "git_organization"});
    name.path = path.value_or(std::string());
    return name;
}

GitOutsiders read_outsiders(BodyFields& body) {
    GitOutsiders outsiders = GitOutsiders::fallback;
    const std::string text = body.filled_text("outsiders");
    if (!text.empty() && !parse(text, outsiders)) body.fail("outsiders", "must be fallback or reject");
    return outsiders;
}

// The token, which nothing keeps.
class OneTimeToken {
  public:
    explicit OneTimeToken(BodyFields& body) : text_(body.text("token")) {
        const bool visible = std::ranges::all_of(text_, [](char c) { return c > ' ' && c <= '~'; });
        if (!visible || text_.size() > kMostGitTokenBytes) {
            body.fail("token", "must be of 1 to " + std::to_string(kMostGitTokenBytes) + " visible ASCII characters");
        }
    }
    ~OneTimeToken() { OPENSSL_cleanse(text_.data(), text_.size()); }
    OneTimeToken(const OneTimeToken&) = delete;
    OneTimeToken& operator=(const OneTimeToken&) = delete;
    const std::string& text() const { return text_; }

  private:
    std::string text_;
};

const GitHost* find_host(Call& call, GitProvider provider, const std::string& host) {
    const GitHost* const found = call.services.git_hosts.find(provider, host);
    if (found == nullptr) {
        call.body.fail("host", "must be one that the gateway asks: " + call.services.git_hosts.names());
    }
    return found;
}

GitAccess access_to(const Call& call, const GitHost& host, const OneTimeToken& token) {
    return {.host = host,
            .token = token.text(),
            .timeout_ms = call.services.config.git.timeout_ms,
            .stop = call.services.draining};
}

bool proves_nothing(const Call& call) { return call.request.caller.is_operator() && !call.body.has_value("token"); }

void write_candidate(const Call& call, const GitName& name, JsonWriter& json) {
    const GitClaim* const claim = call.directory->find_git_claim(name);
    json.object().key("provider").text(to_string(name.provider)).key("host").text(name.host);
    json.key("git_organization").text(name.path).key("claimed_by");
    if (claim == nullptr) {
        json.null();
    } else {
        json.text(claim->organization == call.organization().id ? "this_organization" : "another_organization");
    }
    json.end();
}

}  // namespace

ApiAnswer list_git_claims(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    const auto part = page_of(
        page, call.directory->git_claims_of(call.organization().id),
        [](const GitClaim* one) { return std::tuple(one->verified_ms, one->id); },
        [](const GitClaim* one) { return place_of(one->verified_ms, to_uuid(one->id)); });
    JsonWriter json;
    write_page(part, [&json](const GitClaim* one) { write_git_claim(*one, json); }, json);
    return json_answer(json);
}

Error prove_git_claim(Call& call) {
    const GitName name = read_name(call.body);
    const OneTimeToken token(call.body);
    (void)read_outsiders(call.body);
    if (call.error() || proves_nothing(call)) return call.error();
    if (token.text().empty()) call.body.fail("token", "is needed: of an account that administers the Git organization");
    const GitHost* const host = find_host(call, name.provider, name.host);
    if (call.error()) return call.error();
    return check_administers(access_to(call, *host, token), name.path);
}

ApiAnswer create_git_claim(Call& call, Change& change) {
    NewGitClaim wanted{.name = read_name(call.body)};
    wanted.method = proves_nothing(call) ? GitClaimMethod::the_operator : GitClaimMethod::token;
    wanted.outsiders = read_outsiders(call.body);
    if (call.error()) return call.refusal();
    const Id128 organization = call.organization().id;
    const auto id = claim_git_organization(change, organization, wanted);
    if (!id) return api_error(id.error());
    JsonWriter json;
    write_git_claim(*change.directory().find_git_claim(organization, *id), json);
    return json_answer(json, 201);
}

ApiAnswer list_git_candidates(Call& call) {
    const GitProvider provider = read_provider(call.body);
    const std::string host_name = read_host(call.body, provider);
    const OneTimeToken token(call.body);
    if (token.text().empty()) call.body.fail("token", "is needed");
    if (call.error()) return call.refusal();
    const GitHost* const host = find_host(call, provider, host_name);
    if (host == nullptr) return call.refusal();
    const auto found = list_administered(access_to(call, *host, token));
    if (!found) {
        ApiAnswer refused;
        refused.error = found.error();
        return refused;
    }
    JsonWriter json;
    json.object().key("data").array();
    for (const std::string& path : found->paths) {
        write_candidate(call, {.provider = provider, .host = host_name, .path = path}, json);
    }
    json.end().key("partial").flag(found->partial).end();
    return json_answer(json);
}

ApiAnswer show_git_claim(Call& call) {
    const GitClaim* const claim = find_claim(call, *call.directory);
    return claim == nullptr ? no_such_claim() : claim_answer(*claim);
}

ApiAnswer update_git_claim(Call& call, Change& change) {
    const GitClaim* const claim = find_claim(call, change.directory());
    if (claim == nullptr) return no_such_claim();
    GitOutsiders outsiders = claim->outsiders;
    if (call.body.has("outsiders")) outsiders = read_outsiders(call.body);
    if (call.error()) return call.refusal();
    const Status status = update_git_claim(change, call.organization().id, Id128(claim->id), outsiders);
    return status.ok() ? claim_answer(*find_claim(call, change.directory())) : api_error(status);
}

ApiAnswer release_git_claim(Call& call, Change& change) {
    const GitClaim* const claim = find_claim(call, change.directory());
    if (claim == nullptr) return no_such_claim();
    const Status status = release_git_claim(change, call.organization().id, Id128(claim->id));
    if (!status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("deleted").flag(true).end();
    return json_answer(json);
}

}  // namespace tollgate
