// Presets, and OpenRouter's routes that show them to keys.
#pragma once

#include "gateway/api/keys.h"
#include "gateway/api/presets.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kPresetsRoutes[] = {
    {kGet, "/api/organizations/{organization}/presets", "presets", use_presets, readers, {list_presets},
     "List presets", {.query = &kPageQuery, .answer = &kPresetPage}},
    {kPost, "/api/organizations/{organization}/presets", "presets",
     manage_presets, accounts, {create_preset, "preset.create"},
     "Create a preset", {.body = &kNewPreset, .answer = &kPreset, .status = 201}},
    {kGet, "/api/organizations/{organization}/presets/{preset}", "preset", use_presets, readers, {show_preset},
     "Show a preset", {.answer = &kPreset}},
    {kPut, "/api/organizations/{organization}/presets/{preset}", "preset",
     manage_presets, accounts, {update_preset, "preset.update"},
     "Replace a preset by a new version", {.body = &kPresetChange, .answer = &kPreset}},
    {kDelete, "/api/organizations/{organization}/presets/{preset}", "preset",
     manage_presets, accounts, {delete_preset, "preset.delete"},
     "Delete a preset with its versions", {.answer = &kDeleted}},
    {kGet, "/api/organizations/{organization}/presets/{preset}/versions", "preset_versions",
     use_presets, readers, {list_preset_versions},
     "List the versions of a preset", {.answer = &kPresetVersions}},
    {kGet, "/api/v1/presets", "presets", use_presets, readers, {list_own_presets},
     "List the presets of the calling key's organization", {.query = &kOffsetQuery, .answer = &kOwnPresetList}},
    {kGet, "/api/v1/presets/{preset}", "preset", use_presets, readers, {show_own_preset},
     "Show a preset of the calling key's organization", {.answer = &kOwnPresetData}},
    {kGet, "/api/v1/presets/{preset}/versions", "preset_versions", use_presets, readers, {list_own_preset_versions},
     "List the versions of a preset of the calling key's organization",
     {.query = &kOffsetQuery, .answer = &kOwnVersionList}},
};
// clang-format on

}  // namespace tollgate::rows
