// What a PostgreSQL dump of LiteLLM's database becomes: organizations and, of teams, projects; people, budgets, rates,
// and the keys, which both know by their SHA-256.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/import/import_plan.h"
#include "gateway/import/sql_dump.h"

namespace tollgate {

struct ImportOptions {
    std::string organization = "LiteLLM";  // name of the one for what belongs to none there
    NanoUsd credit = {};                   // for each organization, where the other gateway keeps none
    // Keys that only some models, addresses or routes may be called with are enabled too, although they may call all
    // here. Else they come disabled.
    bool accept_wider = false;
    std::int64_t now_ms = 0;
};

bool is_litellm_table(std::string_view table);  // one whose rows are read
ImportPlan plan_of_litellm(const SqlDump& dump, const ImportOptions& options);

}  // namespace tollgate
