// The narrow interface to bytes that survive. Implementations: RocksStore (production), MemoryStore (tests/support).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.h"

namespace tollgate {

// A family is a separate key space (a RocksDB column family). Keys inside it are described in store/key_space.h.
enum class Family : std::uint8_t {
    system,              // schema version, watermarks
    accounts,            // organizations, projects, keys ... as JSON documents
    money,               // the money journal: packed blocks, hash-chained, kept for ever
    usage,               // usage detail: packed blocks by retention class and day, dropped by range
    block_index,         // block number -> request ids and times in it
    balances,            // absolute balances with the block they are true for
    idempotency,         // external event id -> what it did
    transactions,        // an organization's history, for people
    organization_usage,  // copies of usage rows by organization and day, for listings; dropped with the usage
    rollups,             // counters by minute, hour and day, for reports
    changes,             // of accounts: their log, the audit entries, the answers to repeatable calls
};
inline constexpr std::size_t kFamilyCount = 11;

// What a commit survives. `process`: kill -9. `disk`: power loss.
enum class Durability : std::uint8_t { process, disk };

class WriteBatch {
  public:
    struct Operation {
        Family family;
        bool erase;
        std::string key;
        std::string value;
    };

    void put(Family family, std::string key, std::string value) {
        operations_.push_back({family, false, std::move(key), std::move(value)});
    }
    void erase(Family family, std::string key) { operations_.push_back({family, true, std::move(key), {}}); }
    void clear() { operations_.clear(); }
    bool empty() const { return operations_.empty(); }
    const std::vector<Operation>& operations() const { return operations_; }

  private:
    std::vector<Operation> operations_;
};

// All calls block and may be made from any thread except a worker's. commit() is atomic over families.
class Store {
  public:
    virtual ~Store() = default;

    // not_found when the key is absent.
    virtual Result<std::string> get(Family family, std::string_view key) = 0;

    // Visits keys in [begin, end) in ascending order until `visit` returns false. Views are valid during the call only.
    // An empty `end`, here and below, is the end of the family.
    virtual Status scan(Family family, std::string_view begin, std::string_view end,
                        const std::function<bool(std::string_view key, std::string_view value)>& visit) = 0;

    // The greatest key below `end` that is not below `begin`, with its value; not_found when there is none.
    virtual Result<std::pair<std::string, std::string>> last_before(Family family, std::string_view begin,
                                                                    std::string_view end) = 0;

    // After a failed commit the store is read-only: every later commit fails with read_only until resume() succeeds. Of
    // the batch that failed all is stored or nothing: to be sure, resume and commit the same batch again.
    virtual Status commit(const WriteBatch& batch, Durability durability) = 0;

    // Removes every key in [begin, end) for good, on disk when this returns. Not atomic: for what nobody needs any
    // more. Here for a store that has nothing better: a scan and a commit.
    virtual Status drop_range(Family family, std::string_view begin, std::string_view end) {
        WriteBatch batch;
        Status scanned = scan(family, begin, end, [&](std::string_view key, std::string_view) {
            batch.erase(family, std::string(key));
            return true;
        });
        if (!scanned.ok() || batch.empty()) return scanned;
        return commit(batch, Durability::disk);
    }

    virtual bool read_only() const = 0;

    // Makes a read-only store writable again, if the cause of the failure has passed; ok if it is writable. Reads wait
    // meanwhile, and work again after a failure.
    //   corrupt: something that had been committed is missing; anything else: the cause has not passed
    virtual Status resume() {
        return read_only() ? Status(StatusCode::read_only, "this store cannot be resumed") : Status();
    }
};

}  // namespace tollgate
