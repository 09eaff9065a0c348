#include "gateway/tools/import_command.h"

#include <cstdio>
#include <fstream>
#include <iostream>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/carried_spend.h"
#include "accounting/ledger/ledger.h"
#include "gateway/import/apply_import.h"
#include "gateway/import/litellm.h"
#include "gateway/import/one_api.h"
#include "gateway/text/json_writer.h"
#include "gateway/wire/clock.h"
#include "store/data_directory.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kSlots = 16;  // nothing holds credit meanwhile

Result<SqlDump> read_dump(const ImportCommand& command) {
    std::ifstream file;
    if (command.dump != "-") {
        file.open(command.dump, std::ios::binary);
        if (!file) return failure(StatusCode::io, command.dump + ": cannot be opened");
    }
    const auto is_wanted = command.is_litellm ? is_litellm_table : is_one_api_table;
    auto dump = read_sql_dump(command.dump == "-" ? std::cin : file, is_wanted);
    if (!dump) return failure(dump.error().code(), command.dump + ": " + dump.error().message());
    const std::string needed = command.is_litellm ? "LiteLLM_VerificationToken" : "tokens";
    if (!dump->contains(needed)) {
        return failure(StatusCode::invalid, command.dump + ": is no dump of " +
                                                (command.is_litellm ? "LiteLLM" : "one-api") + ": it has no table " +
                                                needed);
    }
    return dump;
}

Result<ImportOptions> read_options(const ImportCommand& command) {
    ImportOptions options{.accept_wider = command.accept_wider, .now_ms = wire::unix_ms_now()};
    if (!command.organization.empty()) options.organization = command.organization;
    if (command.credit.empty()) return options;
    const auto credit = parse_usd(command.credit);
    if (!credit || *credit < NanoUsd{} || *credit > kMostAmount) {
        return failure(StatusCode::invalid, "--credit: must be an amount of USD, not " + command.credit);
    }
    options.credit = *credit;
    return options;
}

// The accounts of a gateway that does not run.
struct Books {
    std::unique_ptr<RocksStore> store;
    std::unique_ptr<CreditTable> credits = std::make_unique<CreditTable>();
    std::unique_ptr<Accounts> accounts;
};

Status open(const std::string& data_dir, Books& books) {
    if (!is_initialized(data_dir)) {
        return {StatusCode::not_found, data_dir + ": is no data directory: run tollgate init --data-dir " + data_dir};
    }
    auto store = RocksStore::open(data_dir);
    if (!store) return store.error();
    books.store = std::move(*store);
    auto accounts = Accounts::load(*books.store, *books.credits);
    if (!accounts) return accounts.error();
    books.accounts = std::move(*accounts);
    return {};
}

// What a killed gateway left is settled by a gateway, which knows how its configuration wants it.
Status check_settled(const std::string& data_dir) {
    const auto slots = SlotFile::inspect(slot_file_path(data_dir));
    if (!slots) return slots.error().code() == StatusCode::not_found ? Status() : slots.error();
    if (slots->open == 0 && slots->settled == 0) return {};
    return {StatusCode::conflict,
            data_dir + ": requests ran when the gateway ended; start it and stop it once, then import"};
}

Result<NanoUsd> grant_credit(const std::string& data_dir, Books& books, const ImportPlan& plan, std::int64_t now_ms) {
    const auto has_credit = [](const ImportedOrganization& one) { return one.credit > NanoUsd{}; };
    if (std::ranges::none_of(plan.organizations, has_credit)) return NanoUsd{};
    const auto epoch = books.store->next_boot_epoch();
    if (!epoch) return std::unexpected(epoch.error());
    auto slots = SlotFile::open({slot_file_path(data_dir), kSlots, 1, *epoch});
    if (!slots) return std::unexpected(slots.error());
    auto ledger = Ledger::open(*books.store, **slots, *books.credits, {}, now_ms);
    if (!ledger) return std::unexpected(ledger.error());
    (*ledger)->start();
    auto granted = grant_imported_credit(*books.accounts, **ledger, plan, now_ms);
    (*ledger)->stop();
    return granted;
}

std::size_t count_rows(const SqlDump& dump) {
    std::size_t rows = 0;
    for (const auto& [name, table] : dump) rows += table.row_count;
    return rows;
}

ImportCounts counts_of(const ImportPlan& plan) {
    ImportCounts counts{.users = plan.users.size(), .organizations = plan.organizations.size()};
    for (const ImportedOrganization& one : plan.organizations) {
        counts.projects += one.projects.size();
        counts.members += one.members.size();
        counts.keys += one.keys.size();
    }
    return counts;
}

void write_counts(const ImportCounts& counts, JsonWriter& json) {
    json.object().key("users").number(static_cast<std::int64_t>(counts.users));
    json.key("organizations").number(static_cast<std::int64_t>(counts.organizations));
    json.key("projects").number(static_cast<std::int64_t>(counts.projects));
    json.key("members").number(static_cast<std::int64_t>(counts.members));
    json.key("keys").number(static_cast<std::int64_t>(counts.keys)).end();
}

void write_texts(std::string_view name, const std::vector<std::string>& texts, JsonWriter& json) {
    json.key(name).array();
    for (const std::string& text : texts) json.text(text);
    json.end();
}

// What a step found or did.
struct Report {
    const ImportPlan* plan = nullptr;
    std::size_t rows = 0;
    std::optional<ImportOutcome> outcome = {};
    std::optional<NanoUsd> granted = {};
    std::vector<std::string> differences = {};
};

std::string as_json(const Report& report) {
    JsonWriter json;
    json.object().key("rows").number(static_cast<std::int64_t>(report.rows)).key("found");
    write_counts(counts_of(*report.plan), json);
    if (report.outcome) {
        json.key("made");
        write_counts(report.outcome->made, json);
        json.key("there_before");
        write_counts(report.outcome->there_before, json);
        write_texts("problems", report.outcome->problems, json);
    }
    if (report.granted) json.key("credit_granted").usd(*report.granted);
    json.key("not_carried_over").array();
    for (const NotCarried& one : report.plan->not_carried) {
        json.object().key("what").text(one.what).key("rows").number(static_cast<std::int64_t>(one.rows));
        json.key("why").text(one.why).end();
    }
    json.end();
    write_texts("warnings", report.plan->warnings, json);
    write_texts("differences", report.differences, json);
    json.end();
    return json.take();
}

void print_counts(const char* title, const ImportCounts& counts) {
    std::printf("%s: %zu users, %zu organizations, %zu projects, %zu members, %zu keys\n", title, counts.users,
                counts.organizations, counts.projects, counts.members, counts.keys);
}

void print_texts(const char* title, const std::vector<std::string>& texts) {
    if (!texts.empty()) std::printf("%s:\n", title);
    for (const std::string& text : texts) std::printf("  %s\n", text.c_str());
}

void print(const Report& report, ImportStep step) {
    std::printf("%zu rows\n", report.rows);
    print_counts("found", counts_of(*report.plan));
    if (report.outcome) {
        print_counts(step == ImportStep::plan ? "would make" : "made", report.outcome->made);
        print_counts("there before", report.outcome->there_before);
        print_texts("left out", report.outcome->problems);
    }
    if (report.granted) std::printf("credit granted: %s USD\n", to_usd(*report.granted).c_str());
    if (!report.plan->not_carried.empty()) std::printf("not carried over:\n");
    for (const NotCarried& one : report.plan->not_carried) {
        std::printf("  %s: %zu rows: %s\n", one.what.c_str(), one.rows, one.why.c_str());
    }
    print_texts("warnings", report.plan->warnings);
    print_texts("differences", report.differences);
}

Status apply(const std::string& data_dir, Books& books, const ImportPlan& plan, Report& report, std::int64_t now_ms) {
    if (Status status = check_settled(data_dir); !status.ok()) return status;
    auto outcome = apply_import(*books.accounts, plan, ImportMode::apply, now_ms);
    if (!outcome) return outcome.error();
    report.outcome = std::move(*outcome);
    const auto granted = grant_credit(data_dir, books, plan, now_ms);
    if (!granted) return granted.error();
    report.granted = *granted;
    return {};
}

Status take_step(const ImportCommand& command, const ImportPlan& plan, Report& report, std::int64_t now_ms) {
    if (command.step == ImportStep::inspect) return {};
    if (command.data_dir.empty()) return {StatusCode::invalid, "--data-dir is needed for this step"};
    Books books;
    if (Status status = open(command.data_dir, books); !status.ok()) return status;
    if (command.step == ImportStep::apply) return apply(command.data_dir, books, plan, report, now_ms);
    if (command.step == ImportStep::plan) {
        auto outcome = apply_import(*books.accounts, plan, ImportMode::only_plan, now_ms);
        if (!outcome) return outcome.error();
        report.outcome = std::move(*outcome);
        return {};
    }
    auto differences = verify_import(*books.accounts, plan, now_ms);
    if (!differences) return differences.error();
    report.differences = std::move(*differences);
    return {};
}

}  // namespace

Status import_command(const ImportCommand& command) {
    const auto options = read_options(command);
    if (!options) return options.error();
    const auto dump = read_dump(command);
    if (!dump) return dump.error();
    const ImportPlan plan = command.is_litellm ? plan_of_litellm(*dump, *options) : plan_of_one_api(*dump, *options);
    Report report{.plan = &plan, .rows = count_rows(*dump)};
    if (Status status = take_step(command, plan, report, options->now_ms); !status.ok()) return status;
    if (command.as_json) {
        std::printf("%s\n", as_json(report).c_str());
    } else {
        print(report, command.step);
    }
    if (report.differences.empty()) return {};
    return {StatusCode::conflict, std::to_string(report.differences.size()) + " differences"};
}

}  // namespace tollgate
