// Presets: what an organization's members put into requests by a short name, such as a system prompt, models and
// parameters. Each change makes a version; requests get the newest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/document.h"
#include "accounting/accounts/llm_settings.h"
#include "accounting/accounts/provider_preferences.h"
#include "accounting/money/ids.h"

namespace tollgate {

class Change;
class Store;

inline constexpr std::size_t kMaxPresetSlugBytes = 50;
inline constexpr std::size_t kMaxPresetTextBytes = 1000;  // of its description
inline constexpr std::size_t kMostPresets = 100;          // of an organization
inline constexpr std::int64_t kMostPresetCacheTtlS = 86400;
inline constexpr std::int64_t kKeptPresetVersions = 100;  // older ones are deleted

// What a request is given. Its JSON was checked by whoever made it.
struct PresetContent {
    std::string name = {}, description = {};
    std::string system_prompt = {};           // a JSON string; empty: none
    LlmSettings settings = {};                // its model is the first of these
    std::vector<std::string> models = {};     // the first that can be called answers
    SharedProviderPreferences provider = {};  // null: none
    // Whether answers may come from the cache; absent: the request says it, and for how many seconds they are kept.
    std::optional<bool> cache_enabled = {};
    std::optional<std::int64_t> cache_ttl_s = {};
    bool operator==(const PresetContent& other) const;
};

struct Preset {
    Id128 id = {}, organization = {};
    std::string slug = {};
    PresetContent content = {};  // of the newest version
    Id128 created_by = {};       // nil: no person
    std::int64_t created_ms = 0, updated_ms = 0;
    std::int64_t version = 0;  // one more with each change; 1 is the first
};

struct PresetVersion {
    std::int64_t version = 0;
    Id128 created_by = {};  // nil: no person
    std::int64_t created_ms = 0;
    PresetContent content = {};
};

// From the document's key and text.
Result<Preset> read_preset(DocumentReader& reader, std::string_view document, std::string_view text);

// invalid: the slug is not lower-case letters and digits with single dashes between, or a text is too long. conflict
// slug_taken, limit_reached.
Result<Id128> create_preset(Change& change, const Id128& organization, std::string slug, PresetContent content);
// Makes a version, unless all is so already. not_found.
Status update_preset(Change& change, const Id128& organization, std::string_view slug, PresetContent content);
// With its versions. not_found.
Status delete_preset(Change& change, const Id128& organization, std::string_view slug);

// Those that are kept, newest first.
Result<std::vector<PresetVersion>> versions_of(Store& store, const Preset& preset);

}  // namespace tollgate
