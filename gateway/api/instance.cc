#include "gateway/api/instance.h"

#include <filesystem>

#include "gateway/ops/backup_record.h"
#include "gateway/ops/readiness.h"
#include "gateway/worker.h"
#include "store/data_directory.h"
#include "store/journal.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

std::int64_t as_number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void write_readiness(const Services& services, JsonWriter& json) {
    const Readiness readiness =
        readiness_of(services.draining, services.shed_at_ms, *services.ledger, wire::monotonic_ms(wire::Clock::now()));
    const auto reason = [&json](std::string_view code, std::string_view message) {
        json.object().key("code").text(code).key("message").text(message).end();
    };
    json.key("ready").flag(readiness.ready()).key("reasons").array();
    if (readiness.draining) reason("draining", "it is being stopped");
    if (readiness.overloaded) reason("overloaded", "requests were just refused for want of slots or memory");
    if (readiness.read_only) reason("ledger_read_only", readiness.why_read_only);
    json.end();
}

void write_load(const Services& services, JsonWriter& json) {
    const auto sum = [&services](Counter WorkerCounters::* counter) {
        std::uint64_t total = 0;
        for (const Worker* const worker : services.instance.workers) total += (worker->counters().*counter).get();
        return as_number(total);
    };
    json.key("load").object().key("workers").number(services.worker_count);
    json.key("connections").number(sum(&WorkerCounters::connections_open));
    json.key("requests_running").number(sum(&WorkerCounters::requests_running));
    json.key("streams_running").number(sum(&WorkerCounters::streams_open));
    json.key("holds_open").number(sum(&WorkerCounters::held_requests));
    json.key("slots").number(services.slots->slots()).key("slots_in_use").number(services.slots->in_use()).end();
}

// Where the journal ends, by the store: what it says needs not wait for its writer.
struct JournalPlace {
    std::uint64_t last_block = 0;  // 0: there is none
    std::int64_t committed_ms = 0;
    std::uint64_t balances_block = 0;
};

Result<JournalPlace> journal_place(Store& store) {
    JournalPlace place;
    const auto last = store.last_before(Family::money, "", "");
    if (!last && last.error().code() != StatusCode::not_found) return std::unexpected(last.error());
    if (last) {
        const auto block = MoneyBlock::read(last->second, parse_block_key(last->first).value_or(0));
        if (!block) return std::unexpected(block.error());
        place.last_block = block->header().number;
        place.committed_ms = block->header().commit_ms;
    }
    if (const auto balances = store.get(Family::system, kCheckpointBlockKey); balances) {
        place.balances_block = decode_u64(*balances).value_or(0);
    }
    return place;
}

Status write_ledger(const Services& services, JsonWriter& json) {
    constexpr std::uint64_t kPerMicrosecond = 1000;
    const Ledger& ledger = *services.ledger;
    const auto place = journal_place(*services.store);
    if (!place) return place.error();
    const LedgerCounters counters = ledger.counters();
    const bool accepting = ledger.accepting();
    const bool to_disk = services.config.ledger.durability == Durability::disk;
    json.key("ledger").object().key("durability").text(to_disk ? "disk" : "process");
    json.key("read_only").flag(!accepting);
    json.key("problem").text_or_null(accepting ? std::string() : ledger.why_read_only());
    json.key("last_block").number(as_number(place->last_block)).key("committed_at").time(place->committed_ms);
    json.key("balances_block").number(as_number(place->balances_block));
    json.key("reported_block").number(as_number(services.usage->counters().indexed_block));
    json.key("waiting").number(services.slots->awaiting_journal());
    json.key("commit_failures").number(as_number(counters.failures)).key("commit_microseconds");
    if (counters.blocks == 0) {
        json.null();
    } else {
        json.number(as_number(counters.commit_nanoseconds / counters.blocks / kPerMicrosecond));
    }
    json.end();
    return {};
}

// Files come and go meanwhile: what cannot be read is not counted.
std::int64_t bytes_below(const std::string& directory) {
    std::int64_t bytes = 0;
    std::error_code error;
    for (fs::recursive_directory_iterator file(directory, error), end; !error && file != end; file.increment(error)) {
        std::error_code gone;
        const auto size = file->is_regular_file(gone) ? file->file_size(gone) : 0;
        if (!gone) bytes += as_number(size);
    }
    return bytes;
}

void write_disk(const std::string& data_dir, JsonWriter& json) {
    std::error_code error;
    const fs::path path = fs::absolute(data_dir, error);
    json.key("data_directory").object().key("path");
    json.text((error ? fs::path(data_dir) : path).lexically_normal().string());
    json.key("store_bytes").number(bytes_below(database_directory(data_dir)));
    const fs::space_info space = fs::space(data_dir, error);
    json.key("free_bytes");
    error ? json.null() : json.number(as_number(space.available));
    json.key("total_bytes");
    error ? json.null() : json.number(as_number(space.capacity));
    json.end();
}

void write_backup(const std::string& data_dir, JsonWriter& json) {
    json.key("backup");
    const auto backup = read_backup_record(data_dir);
    if (!backup) return void(json.null());
    json.object().key("made_at").time(backup->made_ms).key("to").text(backup->to).key("bytes").number(backup->bytes);
    json.key("verified").flag(backup->verified).end();
}

}  // namespace

ApiAnswer show_instance(Call& call) {
    const Services& services = call.services;
    const Config& config = services.config;
    const RunningInstance& instance = services.instance;
    JsonWriter json;
    json.object().key("version").text(TOLLGATE_VERSION).key("commit").text_or_null(instance.commit);
    json.key("compiler").text(__VERSION__).key("started_at").time(instance.started_ms);
    json.key("public_url").text_or_null(config.accounts.public_url);
    json.key("data_url").text(instance.data_url).key("operations_url").text(instance.operations_url);
    write_readiness(services, json);
    write_load(services, json);
    if (const Status status = write_ledger(services, json); !status.ok()) return api_error(status);
    write_disk(config.data_dir, json);
    write_backup(config.data_dir, json);
    json.end();
    return json_answer(json);
}

}  // namespace tollgate
