// What a request is given where it says nothing itself: a model and parameters. An organization, its projects, members
// and presets may each have such settings, and so has the configuration; gateway/routing/choose_model.h decides among
// them. Nothing is ever copied from one to another, so a change is in force for the next request of everybody.
#pragma once

#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "accounting/accounts/checked_text.h"
#include "accounting/accounts/document.h"

namespace tollgate {

// Members of a request that it gets if it has none of that name, by name. Their values are JSON, checked by
// gateway/chat/dialect/llm_parameters.h before they are stored.
using LlmParameters = std::vector<NamedJson>;

struct LlmSettings {
    std::string model = {};     // an id or alias; empty: another level decides
    std::string provider = {};  // tried first for that model; empty: any
    LlmParameters parameters = {};

    bool empty() const { return model.empty() && parameters.empty(); }
    bool operator==(const LlmSettings&) const = default;
};

// Most entities have none, so they are kept in a place of their own; null: it has none.
using SharedLlmSettings = std::shared_ptr<const LlmSettings>;

inline SharedLlmSettings share(LlmSettings settings) {
    return settings.empty() ? nullptr : std::make_shared<const LlmSettings>(std::move(settings));
}

// The fields of it, in the document of the entity that has it.
template <class Shared, class Fields>
void llm_fields_of(Shared& shared, Fields& fields) {
    LlmSettings settings = shared ? *shared : LlmSettings();
    fields.optional_text("model", settings.model, kMaxModelBytes);
    fields.optional_text("provider", settings.provider, kMaxModelBytes);
    fields.object("parameters", settings.parameters);
    if constexpr (!std::is_const_v<Shared>) shared = share(std::move(settings));
}

}  // namespace tollgate
