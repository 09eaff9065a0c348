#include "gateway/api/provider_key_target.h"

#include "gateway/routing/operators_place.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

Status check_own_base(const BaseUrl& base, const wire::Reach& reach) {
    const Status status = reach.check_host(base.host, base.tls);
    if (status.ok()) return {};
    return {StatusCode::invalid,
            "base_url: " + status.message() + "; the operator allows networks with provider_keys.allowed_networks"};
}

Status unknown_provider(const std::string& name) {
    std::string kinds;
    for (const ProviderKind& kind : provider_kinds()) kinds.append(kinds.empty() ? "" : ", ").append(kind.name);
    return {StatusCode::invalid, "provider: the gateway has no provider " + std::string(cut_utf8(name, kMaxNameBytes)) +
                                     ", and it is none of " + kinds};
}

}  // namespace

std::optional<TrialDialect> trial_of(std::string_view provider) {
    const ProviderKind* const kind = find_provider_kind(provider);
    return kind == nullptr ? TrialDialect::bearer : kind->trial;
}

Result<ProviderKeyTarget> target_of(const Services& services, const WantedTarget& wanted) {
    const auto operators = services.catalogue.get();
    const Provider* const found = operators->provider(wanted.provider);
    const ProviderKind* const kind = find_provider_kind(wanted.provider);
    if (found == nullptr && kind == nullptr) return std::unexpected(unknown_provider(wanted.provider));
    if (Status status = check_place(kind, wanted.place); !status.ok()) return std::unexpected(std::move(status));
    // Whoever names a place at a cloud means that one, not the operator's.
    const bool is_operators = found != nullptr && wanted.place == ProviderPlace();
    const std::string usual = is_operators ? found->config->base_url : base_url_of(*kind, wanted.place);
    ProviderKeyTarget target{.base_url = wanted.base_url,
                             .url = wanted.base_url.empty() ? usual : wanted.base_url,
                             .ca_file = {},
                             .parts = {},
                             .trial = trial_of(wanted.provider)};
    if (target.url.empty()) {
        return failure(StatusCode::invalid, "base_url: is required for " + wanted.provider);
    }
    const auto parts = parse_base_url(target.url);
    if (!parts) return std::unexpected(parts.error());
    target.parts = *parts;
    while (target.url.ends_with('/')) target.url.pop_back();
    const Provider* const there = operators_at(*operators, wanted.provider, *parts);
    target.is_operators = there != nullptr;
    if (there != nullptr) target.ca_file = there->config->tls_ca_file;
    Status status = check_tells_accounts_apart(*operators, *parts);
    if (status.ok() && there == nullptr) status = check_own_base(*parts, services.reach);
    if (!status.ok()) return std::unexpected(std::move(status));
    return target;
}

TrialOutcome try_at(const Services& services, const ProviderKeyTarget& target, std::string_view secret) {
    const BaseUrl& place = target.parts;
    const auto port = static_cast<std::uint16_t>(std::stoi(place.port));
    const wire::Reach reach = services.reach.without(servers_without_accounts(*services.catalogue.get(), place.port));
    const auto may_reach = [&](const wire::IpAddress& address) {
        return target.is_operators || reach.may_connect(wire::ServerAddress{address, port}, place.tls);
    };
    return try_provider({.base_url = target.url,
                         .ca_file = target.ca_file,
                         .may_reach = may_reach,
                         .secret = secret,
                         .dialect = target.trial.value_or(TrialDialect::bearer)});
}

Error refusal_of(const TrialOutcome& outcome, std::string_view hint) {
    if (outcome.accepted) return {};
    std::string message = outcome.message;
    message.append(hint);
    return api_error(Status(StatusCode::conflict, std::move(message), "provider_test_failed")).error;
}

Error try_before_storing(const Call& call, const WantedTarget& wanted, std::string_view secret, std::string_view hint) {
    if (!call.services.accounts->vault().has_master_key()) return {};
    const auto target = target_of(call.services, wanted);
    if (!target) return api_error(target.error()).error;
    return secret.empty() || !target->trial ? Error() : refusal_of(try_at(call.services, *target, secret), hint);
}

}  // namespace tollgate
