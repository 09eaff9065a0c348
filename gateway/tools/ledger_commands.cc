#include "gateway/tools/ledger_commands.h"

#include <cstdio>
#include <map>

#include "gateway/text/json_writer.h"
#include "gateway/text/time_text.h"
#include "gateway/tools/journal_replay.h"
#include "gateway/tools/progress.h"
#include "gateway/tools/time_option.h"
#include "store/data_directory.h"

namespace tollgate {
namespace {

std::string hex(const BlockHash& hash) { return to_hex(KeyDigest{hash}); }

// Of the data, and so something that verification finds; anything else keeps it from being done.
bool is_damage(const Status& status) { return status.code() == StatusCode::corrupt; }

Status check_slots(const LedgerSource& source, DirectoryReport& report) {
    const auto slots = SlotFile::inspect(slot_file_path(source.directory()));
    if (slots) {
        report.slots = *slots;
    } else if (is_damage(slots.error())) {
        report.ledger.difference = LedgerDifference{.what = slots.error().message()};
    } else if (slots.error().code() != StatusCode::not_found) {  // made by the first start
        return slots.error();
    }
    if (report.slots && report.slots->freed_after_block > report.ledger.blocks && !report.difference()) {
        report.ledger.difference = LedgerDifference{
            .what = "the end of the journal is lost: slots were freed when a later block was committed",
            .expected = "block " + std::to_string(report.slots->freed_after_block),
            .found = "block " + std::to_string(report.ledger.blocks)};
    }
    return {};
}

void write_json(JsonWriter& json, const LedgerDifference& difference) {
    json.key("difference").object().key("block").number(static_cast<std::int64_t>(difference.block));
    json.key("entry").number(static_cast<std::int64_t>(difference.entry)).key("what").text(difference.what);
    json.key("account").text(difference.account).key("expected").text(difference.expected);
    json.key("found").text(difference.found).end();
}

void print_json(const DirectoryReport& report, bool running) {
    const VerifyReport& ledger = report.ledger;
    const auto count = [](auto number) { return static_cast<std::int64_t>(number); };
    JsonWriter json;
    json.object().key("clean").flag(!report.difference());
    if (const auto difference = report.difference()) write_json(json, *difference);
    json.key("running").flag(running).key("blocks").number(count(ledger.blocks));
    json.key("entries").number(count(ledger.entries)).key("requests").number(count(ledger.requests));
    json.key("usage_blocks").number(count(ledger.usage_blocks));
    json.key("expired_usage_blocks").number(count(ledger.expired_usage_blocks));
    json.key("organizations").number(count(ledger.reference.organizations().size()));
    json.key("checkpoint_block").number(count(ledger.checkpoint_block));
    json.key("indexed_block").number(count(ledger.indexed_block));
    json.key("rollups").number(count(ledger.rollups));
    json.key("listed_requests").number(count(ledger.listed_requests));
    json.key("first_commit_ms").number(ledger.first_commit_ms).key("last_commit_ms").number(ledger.last_commit_ms);
    json.key("last_hash").text(hex(ledger.last_hash)).key("accounts_nano").object();
    for (const auto& [kind, sum] : ledger.reference.account_sums()) json.key(to_string(kind)).raw(to_string(sum));
    json.end().key("overrun_nano").raw(to_string(-ledger.reference.total(AccountKind::platform_overrun)));
    json.key("suspense_nano").raw(to_string(ledger.reference.total(AccountKind::suspense))).key("slots");
    if (report.slots) {
        json.object().key("open").number(report.slots->open).key("settled").number(report.slots->settled).end();
    } else {
        json.null();
    }
    json.key("duration_ms").number(static_cast<std::int64_t>(report.seconds * 1000));
    std::puts(json.end().take().c_str());
}

void print_text(const DirectoryReport& report) {
    const VerifyReport& ledger = report.ledger;
    const auto count = [](auto number) { return static_cast<unsigned long long>(number); };
    std::printf("%s: %llu blocks, %llu entries, %llu requests, %llu organizations, %.1f s\n",
                report.difference() ? "checked until the first difference" : "clean", count(ledger.blocks),
                count(ledger.entries), count(ledger.requests), count(ledger.reference.organizations().size()),
                report.seconds);
    if (ledger.blocks > 0) {
        std::printf("  from %s to %s, last hash %s\n", rfc3339(ledger.first_commit_ms).c_str(),
                    rfc3339(ledger.last_commit_ms).c_str(), hex(ledger.last_hash).c_str());
    }
    if (ledger.expired_usage_blocks > 0) {
        std::printf("  %llu usage blocks have expired\n", count(ledger.expired_usage_blocks));
    }
    for (const auto& [kind, sum] : ledger.reference.account_sums()) {
        std::printf("  %-24s %s USD\n", std::string(to_string(kind)).c_str(), to_usd(sum).c_str());
    }
    if (report.slots && report.slots->open + report.slots->settled > 0) {
        std::printf("  in the slot file: %u requests running or cut off, %u settled and taken by the next block\n",
                    report.slots->open, report.slots->settled);
    }
}

// What one organization's account did up to a time.
struct Statement {
    NanoUsdSum granted = 0, used = 0;
    std::uint64_t entries = 0;
    std::map<EntryKind, ReferenceLedger::KindSum> kinds;

    void add(const LedgerEntry& entry, const Id128& organization) {
        const NanoUsdSum moved = entry.moved(AccountKind::organization_available, organization).value;
        if (moved == 0) return;
        const bool usage = entry.kind == EntryKind::usage || entry.kind == EntryKind::usage_refund;
        ReferenceLedger::KindSum& kind = kinds[entry.kind];
        ++entries;
        ++kind.entries;
        kind.moved += moved;
        usage ? used -= moved : granted += moved;
    }
};

void print_json(const Statement& statement, const Id128& organization, std::int64_t at_ms) {
    JsonWriter json;
    json.object().key("organization").text(to_uuid(organization)).key("at").text(rfc3339(at_ms));
    json.key("balance").usd(statement.granted - statement.used);
    json.key("balance_nano").raw(to_string(statement.granted - statement.used));
    json.key("granted_nano").raw(to_string(statement.granted)).key("used_nano").raw(to_string(statement.used));
    json.key("entries").number(static_cast<std::int64_t>(statement.entries)).key("kinds").object();
    for (const auto& [kind, sum] : statement.kinds) {
        json.key(to_string(kind)).object().key("entries").number(static_cast<std::int64_t>(sum.entries));
        json.key("moved_nano").raw(to_string(sum.moved)).end();
    }
    std::puts(json.end().end().take().c_str());
}

void print_text(const Statement& statement, const Id128& organization, std::int64_t at_ms) {
    std::printf("organization %s at %s\n", to_uuid(organization).c_str(), rfc3339(at_ms).c_str());
    std::printf("  balance %s USD (granted %s, used %s; %llu entries)\n",
                to_usd(statement.granted - statement.used).c_str(), to_usd(statement.granted).c_str(),
                to_usd(statement.used).c_str(), static_cast<unsigned long long>(statement.entries));
    for (const auto& [kind, sum] : statement.kinds) {
        std::printf("  %-16s %llu entries, %s USD\n", std::string(to_string(kind)).c_str(),
                    static_cast<unsigned long long>(sum.entries), to_usd(sum.moved).c_str());
    }
}

}  // namespace

Result<DirectoryReport> verify_directory(const LedgerSource& source, const std::string& what) {
    Progress progress(what, "blocks");
    DirectoryReport report;
    auto store = source.open_store();
    if (!store) {
        if (!is_damage(store.error())) return std::unexpected(store.error());
        report.ledger.difference = LedgerDifference{.what = store.error().message()};
        return report;
    }
    report.ledger =
        verify_ledger(**store, [&](std::uint64_t block, std::uint64_t last) { progress.update(block, last); });
    if (!report.difference()) {
        if (Status status = check_slots(source, report); !status.ok()) return std::unexpected(status);
    }
    if (!report.difference()) {  // bytes that no query above has read
        const Status status = (*store)->verify_files();
        if (is_damage(status)) report.ledger.difference = LedgerDifference{.what = status.message()};
        if (!status.ok() && !is_damage(status)) return std::unexpected(status);
    }
    report.seconds = progress.seconds();
    return report;
}

Status print_report(const DirectoryReport& report, bool running, bool as_json) {
    as_json ? print_json(report, running) : print_text(report);
    const auto difference = report.difference();
    return difference ? Status(StatusCode::corrupt, "difference: " + to_string(*difference)) : Status();
}

Status verify_command(const SourceOptions& options, bool as_json) {
    const auto source = LedgerSource::take(options);
    if (!source) return source.error();
    const auto report = verify_directory(**source, "ledger verify");
    return report ? print_report(*report, (*source)->running(), as_json) : report.error();
}

Status balance_command(const BalanceOptions& options) {
    const auto at_ms = read_time_option("--at", options.at, wire::unix_ms_now());
    if (!at_ms) return at_ms.error();
    const auto source = LedgerSource::take(options.source);
    if (!source) return source.error();
    const auto store = (*source)->open_store();
    if (!store) return store.error();
    const auto organization = find_organization(**store, options.organization);
    if (!organization) return organization.error();

    Statement statement;
    Progress progress("ledger balance", "blocks");
    Status replayed = for_each_entry(**store, progress, [&](std::uint64_t, const LedgerEntry& entry) {
        if (entry.at_ms <= *at_ms) statement.add(entry, *organization);
        return Status();
    });
    if (!replayed.ok()) return replayed;
    options.as_json ? print_json(statement, *organization, *at_ms) : print_text(statement, *organization, *at_ms);
    return {};
}

}  // namespace tollgate
