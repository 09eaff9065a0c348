#include "gateway/client/playground.h"

#include <boost/url/parse_query.hpp>
#include <optional>
#include <utility>

#include "accounting/accounts/account_limits.h"
#include "accounting/accounts/permission.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

std::unexpected<Error> no_such(const std::string& what) {
    return problem(ErrorKind::not_found, "there is no such " + what);
}

std::unexpected<Error> denied(std::string_view reason, std::string message, std::string param = {}) {
    Error error(ErrorKind::permission_denied, std::move(message), std::move(param));
    error.detail().extra = JsonWriter().key("reason").text(reason).take();
    return std::unexpected(std::move(error));
}

// Who spends, of what the query may choose.
struct Chosen {
    std::string key, project;
};

Outcome<Chosen> read_query(const std::string& query) {
    const auto parsed = boost::urls::parse_query(query);
    if (parsed.has_error()) return problem(ErrorKind::invalid_request, "the query is malformed");
    Chosen chosen;
    for (const auto& param : boost::urls::params_view(parsed.value())) {
        std::string* const value = param.key == "key"       ? &chosen.key
                                   : param.key == "project" ? &chosen.project
                                                            : nullptr;
        if (value == nullptr || !value->empty() || param.value.empty()) {
            return problem(ErrorKind::invalid_request, "the query may have one 'key' or one 'project'", param.key);
        }
        *value = param.value;
    }
    if (chosen.key.empty() || chosen.project.empty()) return chosen;
    return problem(ErrorKind::invalid_request, "'key' and 'project' are both chosen: which is it?", "project");
}

std::string_view organization_in(std::string_view path) {
    constexpr std::string_view kBefore = "/api/organizations/";
    path.remove_prefix(kBefore.size());
    return path.substr(0, path.find('/'));
}

class Playground {
  public:
    Playground(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
               const Organization& organization, const Session& session, std::int64_t now_ms)
        : directory_(directory),
          credits_(credits),
          organization_(organization),
          caller_{.kind = CallerKind::session,
                  .key = session.id,
                  .user = session.user,
                  .organization = organization.id,
                  .scopes = ScopeSet::of(Scope::everything)},
          now_ms_(now_ms) {}

    Outcome<Principal> by_key(const std::string& text) const {
        const auto digest = parse_key_digest(text);
        const KeyRecord* const key = digest ? directory_->find_key(*digest) : nullptr;
        const Permit may = permit(*directory_, caller_, organization_.id, Permission::manage_keys);
        const bool his =
            key != nullptr && key->organization == organization_.id && (!may.own_only || key->creator == caller_.user);
        if (!his) return no_such("key in this organization");
        if (key->kind != KeyKind::inference && key->kind != KeyKind::service) {
            return denied("key_calls_no_models", "a key of this kind calls no models", "key");
        }
        if (key->disabled != Disabled::no) return denied("key_disabled", "the key is disabled", "key");
        if (key->expires_ms != 0 && key->expires_ms <= now_ms_) {
            return denied("key_expired", "the key has expired", "key");
        }
        Principal principal = base();
        principal.kind = key->kind;
        principal.scopes = key->scopes;
        principal.key = key->digest;
        principal.project = key->project;
        principal.creator = key->creator;
        principal.rules = key->rules.get();
        principal.spenders = spenders_of(*directory_, *key, credits_);
        return principal;
    }

    // The default one if the text is empty.
    Outcome<Principal> by_project(const std::string& text) const {
        const auto id = text.empty() ? std::nullopt : parse_uuid(text);
        const Project* const project = text.empty() ? directory_->default_project(organization_.id)
                                                    : directory_->find_project(id.value_or(Id128{}));
        if (project == nullptr || project->organization != organization_.id) {
            return no_such("project in this organization");
        }
        if (project->archived()) return denied("project_archived", "the project is archived", "project");
        Principal principal = base();
        principal.kind = KeyKind::personal;
        principal.scopes = caller_.scopes;
        principal.key = playground_key();
        principal.project = project->id;
        principal.creator = caller_.user;
        principal.spenders.key = &credits_.key(organization_.id, playground_key());
        principal.spenders.project = &credits_.project(project->id);
        principal.spenders.member = &credits_.member(organization_.id, caller_.user);
        organization_.credit->set_first_limits(*principal.spenders.project, project->limits);
        return principal;
    }

  private:
    Principal base() const {
        Principal principal;
        principal.organization = organization_.id;
        principal.policy = {directory_, &organization_.policy};
        principal.directory = directory_.get();
        principal.credit = organization_.credit;
        return principal;
    }

    const std::shared_ptr<const Directory>& directory_;
    CreditTable& credits_;
    const Organization& organization_;
    const Caller caller_;
    const std::int64_t now_ms_;
};

}  // namespace

Outcome<Principal> playground_principal(const std::shared_ptr<const Directory>& directory, CreditTable& credits,
                                        const Head& head, std::shared_ptr<const Session> session) {
    const Id128 id = parse_uuid(organization_in(head.path)).value_or(Id128{});
    const Membership* const member = directory->find_membership(id, session->user);
    const Organization* const organization = member == nullptr ? nullptr : directory->find_organization(id);
    if (organization == nullptr || organization->policy.closed()) return no_such("organization");
    if (member->status != MemberStatus::active) {
        return denied("member_suspended", "your membership of the organization is suspended");
    }
    if (organization->policy.suspended()) {
        return denied("organization_suspended", "the organization is suspended; ask the operator of this gateway");
    }
    if (!head.organization.empty() && parse_uuid(head.organization) != id) {
        return problem(ErrorKind::invalid_request, "X-Org-Id names another organization than the path");
    }
    const auto chosen = read_query(head.query);
    if (!chosen) return std::unexpected(chosen.error());
    const Playground playground(directory, credits, *organization, *session, head.started_ms);
    auto principal = chosen->key.empty() ? playground.by_project(chosen->project) : playground.by_key(chosen->key);
    if (principal) principal->session = std::move(session);
    return principal;
}

}  // namespace tollgate
