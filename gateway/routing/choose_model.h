// Which model a request goes to, and what it is given where it says nothing itself: the one place that knows the order
// of the levels.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/llm_settings.h"

namespace tollgate {

// Nearest first.
enum class LlmLevel : std::uint8_t { none, request, preset, member, project, organization, instance };
std::string_view to_string(LlmLevel level);
// Who can change what that level says and how, for error messages: "owners and admins can change it: PUT …".
std::string_view remedy_of(LlmLevel level);

struct LlmLevels {
    std::string_view asked;                    // the model that the request names; empty: none
    std::span<const std::string> own_members;  // of the request, those that are not null
    const LlmSettings* preset = nullptr;       // of each level; null: it says nothing
    const LlmSettings* member = nullptr;       // only where his organization lets him
    const LlmSettings* project = nullptr;
    const LlmSettings* organization = nullptr;
    const LlmSettings* instance = nullptr;  // the configuration's
};

struct ChosenModel {
    std::string_view model;     // empty: no level names one
    std::string_view provider;  // to be tried first; empty: any
    LlmLevel level = LlmLevel::none;
};

struct LlmChoice {
    ChosenModel model;
    std::vector<const NamedJson*> parameters;  // that the request lacks, each of the nearest level that has it
};

// Views and pointers into what `levels` points to. The model and its provider come from one level, parameters each from
// its own.
LlmChoice choose_model(const LlmLevels& levels);

}  // namespace tollgate
