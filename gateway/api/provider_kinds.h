// Providers that an organization's key may be of although the operator has configured none of that name: where each is
// reached, what its keys need beside the secret, and how a key is tried.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "accounting/accounts/provider_key.h"
#include "gateway/outside/provider_trial.h"
#include "store/status.h"

namespace tollgate {

enum class Need : std::uint8_t { no, optional, required };

struct ProviderKind {
    std::string_view name;  // as OpenRouter names it; custom: any other that speaks OpenAI's dialect
    // With {region} and {resource} to be replaced, without slash at its end; empty: each key has its own.
    std::string_view base_url;
    Need region = Need::no, resource = Need::no, deployment = Need::no, project = Need::no;
    std::optional<TrialDialect> trial = TrialDialect::bearer;  // empty: its keys cannot be tried by a simple call
};
std::span<const ProviderKind> provider_kinds();
const ProviderKind* find_provider_kind(std::string_view name);  // null: there is none

// Whether the place has what the kind needs and nothing else, each of characters that a host or a path may have.
// `kind` null: of a provider that the operator configured, which needs nothing. invalid: "region: what it must be".
Status check_place(const ProviderKind* kind, const ProviderPlace& place);

// Where the kind is reached for a place that was checked; empty: the key must say.
std::string base_url_of(const ProviderKind& kind, const ProviderPlace& place);

}  // namespace tollgate
