// The production store: RocksDB in <data directory>/rocksdb. One process at a time; RocksDB's LOCK sees to it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/store.h"

namespace tollgate {

// 2: new families; balance checkpoints hold more than version 1's, so these are made again from the journal.
inline constexpr std::uint64_t kSchemaVersion = 2;

class RocksStore : public Store {
  public:
    // Opens or creates; missing directories are made with mode 0700. An older schema version is migrated.
    //   locked:  another process has the directory open
    //   too_new: written by a newer schema version than this program's
    //   corrupt: data without a schema version, missing parts, or damage that RocksDB found
    //   io:      anything else that RocksDB or the file system refuses
    static Result<std::unique_ptr<RocksStore>> open(const std::string& data_directory);
    ~RocksStore() override;
    RocksStore(const RocksStore&) = delete;
    RocksStore& operator=(const RocksStore&) = delete;

    Result<std::string> get(Family family, std::string_view key) override;
    Status scan(Family family, std::string_view begin, std::string_view end,
                const std::function<bool(std::string_view key, std::string_view value)>& visit) override;
    Result<std::pair<std::string, std::string>> last_before(Family family, std::string_view begin,
                                                            std::string_view end) override;
    // A failed commit makes the store read-only until it is opened again.
    Status commit(const WriteBatch& batch, Durability durability) override;
    // Whole files go at once; what shares a file with keys that stay is covered by a range tombstone.
    Status drop_range(Family family, std::string_view begin, std::string_view end) override;
    bool read_only() const override;

    // A number greater than any this data directory gave before, on disk when this returns. Once per process start.
    Result<std::uint64_t> next_boot_epoch();

  private:
    RocksStore();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tollgate
