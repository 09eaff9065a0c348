#include "gateway/open_books.h"

#include <string>
#include <utility>

#include "accounting/accounts/carried_spend.h"
#include "store/data_directory.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

Status not_initialized(const Config& config) {
    return {StatusCode::invalid, "data_dir " + config.data_dir + " has no root key: run 'tollgate init --data-dir " +
                                     config.data_dir + "' first"};
}

}  // namespace

Status open_books(Services& services, std::uint32_t workers) {
    if (!is_initialized(services.config.data_dir)) return not_initialized(services.config);  // nothing is made there
    const bool to_disk = services.config.ledger.durability == Durability::disk;
    auto store = RocksStore::open(services.config.data_dir, {.commit_log = to_disk});
    if (!store) return store.error();
    const auto epoch = (*store)->next_boot_epoch();
    if (!epoch) return epoch.error();
    services.store = std::move(*store);
    Limits defaults;
    defaults.requests_per_minute = services.config.rate_limits.requests_per_minute;
    defaults.tokens_per_minute = services.config.rate_limits.tokens_per_minute;
    services.credits = std::make_unique<CreditTable>(defaults);
    auto accounts =
        Accounts::load(*services.store, *services.credits, services.config.plans, services.config.retention);
    if (!accounts) return accounts.error();
    services.accounts = std::move(*accounts);
    services.refusals = std::make_unique<Refusals>(*services.store);
    SlotFile::Options options;
    options.path = slot_file_path(services.config.data_dir);
    // No more requests run than there are connections: the shares of organizations are parts of the smaller number.
    options.slots = std::min(services.config.limits.max_inflight_requests, services.config.limits.max_connections);
    options.workers = workers;
    options.boot_epoch = *epoch;
    options.set_damaged_aside = to_disk;
    auto slots = SlotFile::open(options);
    if (!slots) return slots.error();
    services.slots = std::move(*slots);
    LedgerOptions ledger_options = services.config.ledger;
    const Logger logger = services.log->logger(LogComponent::ledger);
    ledger_options.report = [logger](const std::string& line) { logger.warning(line); };
    auto ledger =
        Ledger::open(*services.store, *services.slots, *services.credits, ledger_options, wire::unix_ms_now());
    if (!ledger) return ledger.error();
    services.ledger = std::move(*ledger);
    if (Status status = restore_carried_spend(*services.store, *services.credits); !status.ok()) return status;
    if (const auto found = services.ledger->counters(); found.recovered_settled + found.recovered_open > 0) {
        logger.info("recovered what the last process left: " + std::to_string(found.recovered_settled) +
                    " settled requests, " + std::to_string(found.recovered_open) + " that were running");
    }
    if (const auto damaged = services.slots->set_aside(); damaged > 0) {
        logger.warning(std::to_string(damaged) + " damaged slots were set aside in " + options.path +
                       ".damaged: the machine lost power");
    }
    auto usage = UsageIndex::open(*services.store, {.retention = services.config.retention});
    if (!usage) return usage.error();
    services.usage = std::move(*usage);
    return services.accounts->has_root_key() ? Status() : not_initialized(services.config);
}

}  // namespace tollgate
