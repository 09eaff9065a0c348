// What an organization's requests go by unless they say otherwise: checked, stored, in force.
#include "accounting/accounts/account_documents.h"
#include "accounting/accounts/accounts.h"
#include "accounting/accounts/checked_text.h"
#include "accounting/accounts/directory_builder.h"
#include "store/key_space.h"

namespace tollgate {

Status Accounts::change_policy(const Id128& organization, const std::function<void(OrganizationPolicy&)>& change,
                               std::int64_t now_ms) {
    const auto current = open_organization(organization);
    if (!current) return current.error();
    auto policy = std::make_shared<OrganizationPolicy>(*(*current)->policy);
    change(*policy);
    Organization changed = **current;
    changed.policy = std::move(policy);
    changed.updated_ms = now_ms;

    const std::string document = organization_document_key(to_uuid(organization));
    const auto previous = stored_document(document);
    if (!previous) return previous.error();
    if (Status stored = store_document(document, write_organization(changed, *previous)); !stored.ok()) return stored;
    DirectoryBuilder builder(*directory_);
    for (const KeyRecord* key : directory_->keys_of(organization)) {
        KeyRecord record = *key;
        record.policy = changed.policy;
        builder.put(std::move(record));
    }
    builder.put(std::move(changed));
    publish(std::move(builder).build());
    return {};
}

Status Accounts::set_llm_default(const Id128& organization, std::string model, std::string provider,
                                 std::int64_t now_ms) {
    if (Status status = check_text("model", model, kMaxModelBytes); !status.ok()) return status;
    if (Status status = check_text("provider", provider, kMaxModelBytes); !status.ok()) return status;
    const auto change = [&](OrganizationPolicy& policy) {
        policy.default_provider = model.empty() ? std::string() : std::move(provider);
        policy.default_model = std::move(model);
    };
    return change_policy(organization, change, now_ms);
}

Status Accounts::set_retention_class(const Id128& organization, std::optional<std::uint8_t> number,
                                     std::int64_t now_ms) {
    const auto change = [&](OrganizationPolicy& policy) { policy.retention_class = number; };
    return change_policy(organization, change, now_ms);
}

Status Accounts::set_credit_policy(const Id128& organization, std::optional<OnExhausted> on_exhausted,
                                   std::optional<NanoUsd> overdraft_cap, std::int64_t now_ms) {
    if (overdraft_cap && *overdraft_cap < NanoUsd{}) {
        return {StatusCode::invalid, "overdraft_cap must not be below zero"};
    }
    const auto change = [&](OrganizationPolicy& policy) {
        policy.on_exhausted = on_exhausted;
        policy.overdraft_cap = overdraft_cap;
    };
    return change_policy(organization, change, now_ms);
}

}  // namespace tollgate
