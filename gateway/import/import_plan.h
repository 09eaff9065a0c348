// What is to be brought in from another gateway, in Tollgate's own terms. Ids are texts of the other one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "accounting/accounts/api_key.h"
#include "accounting/accounts/role.h"
#include "accounting/money/ids.h"
#include "accounting/money/limits.h"
#include "accounting/money/money.h"

namespace tollgate {

// Limits as they stood, with what was spent of the budget in its present window.
struct ImportedLimits {
    Limits limits = {};
    NanoUsd spent = {};
    bool operator==(const ImportedLimits&) const = default;
};

struct ImportedUser {
    std::string id = {}, email = {}, name = {};
    bool suspended = false;
};

struct ImportedMember {
    std::string user = {};
    Role role = Role::member;
    ImportedLimits limits = {};
};

struct ImportedProject {
    std::string id = {}, name = {};
    bool archived = false;
    ImportedLimits limits = {};
};

struct ImportedKey {
    KeyDigest digest = {};
    std::string name = {};
    std::string last = {};        // the characters that people know it by: its last ones
    std::string project = {};     // empty: the default one
    std::string user = {};        // who made it; empty: nobody in particular
    std::int64_t expires_ms = 0;  // Unix time; 0: never
    bool disabled = false;
    ImportedLimits limits = {};
    std::vector<std::string> allow_models = {};  // in order; empty: all
};

struct ImportedOrganization {
    std::string id = {}, name = {};
    std::string owner = {};  // of a personal organization: the user that it is of; empty: it is a team's
    ImportedLimits limits = {};
    NanoUsd credit = {};
    std::vector<ImportedProject> projects = {};
    std::vector<ImportedMember> members = {};
    std::vector<ImportedKey> keys = {};
};

// What stays behind, by table and column: "LiteLLM_TeamTable.models", and why.
struct NotCarried {
    std::string what = {}, why = {};
    std::size_t rows = 0;
};

struct ImportPlan {
    std::string source = {};  // "litellm"
    std::vector<ImportedUser> users = {};
    std::vector<ImportedOrganization> organizations = {};
    std::vector<NotCarried> not_carried = {};
    std::vector<std::string> warnings = {};  // about single rows

    void leave(std::string what, std::string why, std::size_t rows = 1);
};

// The models that something there may call; nullopt: all.
using ImportedModels = std::optional<std::vector<std::string>>;
// What two lists that both hold allow.
ImportedModels both(const ImportedModels& one, const ImportedModels& other);
// Gives them to the key as its rule. False: a rule cannot say it, as it allows nothing, names a pattern or too many
// models; the key is as it was.
bool allow_models(ImportedKey& key, const ImportedModels& models);

// A name as organizations, projects and keys may have it, made of any text: cut, without control characters;
// `otherwise` where nothing is left.
std::string importable_name(std::string_view text, std::string_view otherwise);

// Of people of whom two have the same address but for case, none is kept: which of them it belongs to is not known.
// Nor is one without an address. Both are warned of.
void keep_distinct_people(ImportPlan& plan);
// Names of projects, and of organizations, are made distinct by a number; ids of people that are not carried are
// cleared from keys and members.
void tidy(ImportPlan& plan);

}  // namespace tollgate
