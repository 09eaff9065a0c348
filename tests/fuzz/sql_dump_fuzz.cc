// Dumps of other gateways' databases: read or refused with the line at fault; what is read has a value for each column,
// and makes a plan whose names and amounts can be had here.
#include <sstream>
#include <string>

#include "accounting/accounts/checked_text.h"
#include "gateway/import/litellm.h"
#include "gateway/import/one_api.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::fuzz::require;

void check(const tollgate::ImportedLimits& imported) {
    require(imported.limits.budget.value_or(tollgate::NanoUsd{}).value >= 0, "a budget is not negative");
    require(imported.spent.value >= 0 && imported.spent <= tollgate::kMostAmount, "nor is what was spent");
}

void check(const tollgate::ImportPlan& plan) {
    for (const auto& user : plan.users) {
        require(tollgate::normal_email("", user.email) == user.email, "addresses are in their normal form");
        require(tollgate::check_name("", user.name).ok(), "people have names");
    }
    for (const auto& organization : plan.organizations) {
        require(tollgate::check_name("", organization.name).ok(), "organizations have names");
        require(organization.credit.value >= 0 && organization.credit <= tollgate::kMostAmount, "credit is an amount");
        check(organization.limits);
        for (const auto& project : organization.projects) {
            require(tollgate::check_name("", project.name).ok(), "projects have names");
            check(project.limits);
        }
        for (const auto& key : organization.keys) {
            require(tollgate::check_name("", key.name).ok(), "keys have names");
            check(key.limits);
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
    const auto dump = tollgate::read_sql_dump(in, [](std::string_view name) { return name != "logs"; });
    if (!dump) {
        require(dump.error().message().starts_with("line "), "problems name the line");
        return 0;
    }
    for (const auto& [name, table] : *dump) {
        require(table.rows.size() <= table.row_count, "rows are counted");
        for (const auto& row : table.rows) require(row.size() == table.columns.size(), "a value for each column");
        for (const auto& row : table.rows) {
            for (const auto& value : row) tollgate::parse_sql_array(value.value_or(""));
        }
    }
    check(tollgate::plan_of_litellm(*dump, {.now_ms = 1'795'392'000'000}));
    check(tollgate::plan_of_one_api(*dump, {.now_ms = 1'795'392'000'000}));
    return 0;
}
