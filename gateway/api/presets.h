// Presets of an organization: its own routes, and OpenRouter's, which show those of the calling key's organization
// (https://openrouter.ai/docs/features/presets).
#pragma once

#include <array>

#include "accounting/accounts/preset.h"
#include "gateway/api/llm.h"
#include "gateway/api/organizations.h"
#include "gateway/api/provider_preferences.h"

namespace tollgate {

ApiAnswer list_presets(Call& call);
ApiAnswer create_preset(Call& call, Change& change);
ApiAnswer show_preset(Call& call);
ApiAnswer update_preset(Call& call, Change& change);
ApiAnswer delete_preset(Call& call, Change& change);
ApiAnswer list_preset_versions(Call& call);
ApiAnswer list_own_presets(Call& call);
ApiAnswer show_own_preset(Call& call);
ApiAnswer list_own_preset_versions(Call& call);

inline constexpr std::int64_t kMostSystemPromptBytes = 32768;
inline constexpr std::size_t kMostPresetModels = 16;

inline constexpr Schema kAnyObject{"AnyObject", {}, true};

// What a version has.
inline constexpr std::array kPresetContentFields = {
    fields::text("name").or_null(),
    fields::text("description").or_null(),
    fields::text("system_prompt").or_null().note("Goes before the messages of a chat that has none"),
    fields::text("model").or_null().note("The first of these"),
    fields::texts("models").note("The first that can be called answers; empty: another level decides"),
    fields::object("parameters", kLlmParameterSet),
    fields::object("provider", kProviderPreferences).or_null().note("As those of the organization"),
    fields::flag("cache_enabled").or_null().note("Whether answers may come from the cache; null: the request says it"),
    fields::integer("cache_ttl_seconds")
        .or_null()
        .note("For how long they are kept, where the request does not say it"),
};
inline constexpr std::array kPresetHeadFields = {
    fields::uuid("id"),
    fields::text("slug").note("What requests name it by"),
};
inline constexpr std::array kPresetTailFields = {
    fields::flag("available").or_null().note("Whether one of its models can be called now; null: it has none"),
    fields::uuid("created_by").or_null().note("The person; null: none"),
    fields::time("created_at"),
    fields::time("updated_at"),
    fields::integer("version"),
};
inline constexpr auto kPresetFields = joined(kPresetHeadFields, kPresetContentFields, kPresetTailFields);
inline constexpr Schema kPreset{"Preset", kPresetFields};
inline constexpr std::array kPresetPageFields = {fields::list("data", kPreset), kNextCursor};
inline constexpr Schema kPresetPage{"PresetPage", kPresetPageFields};

inline constexpr std::array kPresetContentBodyFields = {
    fields::text("name").or_null().from(0, 100),
    fields::text("description").or_null().from(0, kMaxPresetTextBytes),
    fields::text("system_prompt").or_null().from(0, kMostSystemPromptBytes),
    fields::text("model").or_null().note("The same as a list of one in 'models'"),
    fields::texts("models").or_null(),
    fields::object("parameters", kLlmParameterSet).or_null(),
    fields::object("provider", kProviderPreferences).or_null(),
    fields::flag("cache_enabled").or_null(),
    fields::integer("cache_ttl_seconds").or_null().from(1, kMostPresetCacheTtlS),
};
inline constexpr std::array kPresetSlugField = {fields::text("slug")
                                                    .from(1, kMaxPresetSlugBytes)
                                                    .required()
                                                    .note("Lower-case letters and digits, with single dashes between")};
inline constexpr auto kNewPresetFields = joined(kPresetSlugField, kPresetContentBodyFields);
inline constexpr Schema kNewPreset{"NewPreset", kNewPresetFields};
inline constexpr auto kPresetChangeFields = joined(kPresetHeadFields, kPresetContentBodyFields, kPresetTailFields);
inline constexpr Schema kPresetChange{"PresetChange", kPresetChangeFields};

inline constexpr std::array kPresetVersionTailFields = {fields::uuid("created_by").or_null(),
                                                        fields::time("created_at"), fields::integer("version")};
inline constexpr auto kPresetVersionFields = joined(kPresetContentFields, kPresetVersionTailFields);
inline constexpr Schema kPresetVersion{"PresetVersion", kPresetVersionFields};
inline constexpr std::array kPresetVersionsFields = {fields::list("data", kPresetVersion).note("The newest first")};
inline constexpr Schema kPresetVersions{"PresetVersions", kPresetVersionsFields};

// OpenRouter's shapes.
inline constexpr std::array kOwnVersionFields = {fields::integer("version"), fields::text("system_prompt").or_null(),
                                                 fields::object("config", kAnyObject), fields::time("created_at")};
inline constexpr Schema kOwnVersion{"OpenRouterPresetVersion", kOwnVersionFields};
inline constexpr std::array kOwnPresetFields = {
    fields::uuid("id"),
    fields::text("name"),
    fields::text("slug"),
    fields::text("description").or_null(),
    fields::text("status").one_of("active|disabled|archived"),
    fields::text("designated_version_id"),
    fields::object("designated_version", kOwnVersion),
    fields::uuid("workspace_id").or_null().note("null: presets are the organization's"),
    fields::uuid("creator_user_id").or_null(),
    fields::time("created_at"),
    fields::time("updated_at"),
};
inline constexpr Schema kOwnPreset{"OpenRouterPreset", kOwnPresetFields};
inline constexpr std::array kOwnPresetDataFields = {fields::object("data", kOwnPreset)};
inline constexpr Schema kOwnPresetData{"OpenRouterPresetData", kOwnPresetDataFields};
inline constexpr std::array kOwnPresetListFields = {fields::list("data", kOwnPreset), fields::integer("total_count")};
inline constexpr Schema kOwnPresetList{"OpenRouterPresetList", kOwnPresetListFields};
inline constexpr std::array kOwnVersionListFields = {fields::list("data", kOwnVersion), fields::integer("total_count")};
inline constexpr Schema kOwnVersionList{"OpenRouterPresetVersionList", kOwnVersionListFields};
inline constexpr std::array kOffsetQueryFields = {
    fields::integer("offset").from(0, INT32_MAX).note("How many are left out first; 0 if absent"),
    fields::integer("limit").from(1, 100).note("How many, at most; 50 if absent"),
};
inline constexpr Schema kOffsetQuery{"OffsetQuery", kOffsetQueryFields};

}  // namespace tollgate
