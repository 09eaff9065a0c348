// The production store: RocksDB in <data directory>/rocksdb. One process at a time; RocksDB's LOCK sees to it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "store/store.h"

namespace tollgate {

inline constexpr std::uint64_t kSchemaVersion = 1;

struct RocksOptions {
    // Commits at durability disk go to a commit log (store/commit_log.h) and to RocksDB unsynced; without it RocksDB's
    // own log is synced. A log that an earlier process left is read in either case.
    bool commit_log = false;
    std::size_t commit_log_bytes = 64u << 20;
};

class RocksStore : public Store {
  public:
    // Opens or creates; missing directories are made with mode 0700.
    //   locked:  another process has the directory open
    //   too_new: written by a newer schema version than this program's
    //   corrupt: data without a schema version, missing parts, or damage that RocksDB found
    //   io:      anything else that RocksDB or the file system refuses
    static Result<std::unique_ptr<RocksStore>> open(const std::string& data_directory,
                                                    const RocksOptions& options = {});
    // For tools: nothing is written, no lock is taken, and nothing is completed. The caller sees to it that no other
    // process has the database open (store/rocks_lock.h), or opens a checkpoint. Errors as for
    // open(), and not_found where there is no database. Unlike the gateway, which drops a log's torn end at start,
    // `whole_log` calls it corrupt: then every byte of the log has been checked. invalid: commits
    // that only the commit log has; a start of the gateway applies them.
    static Result<std::unique_ptr<RocksStore>> open_read_only(const std::string& data_directory, bool whole_log);
    ~RocksStore() override;
    RocksStore(const RocksStore&) = delete;
    RocksStore& operator=(const RocksStore&) = delete;

    Result<std::string> get(Family family, std::string_view key) override;
    Status scan(Family family, std::string_view begin, std::string_view end,
                const std::function<bool(std::string_view key, std::string_view value)>& visit) override;
    Result<std::pair<std::string, std::string>> last_before(Family family, std::string_view begin,
                                                            std::string_view end) override;
    Status commit(const WriteBatch& batch, Durability durability) override;
    // Files that only have such keys are deleted; in other files the keys are covered by a range tombstone.
    Status drop_range(Family family, std::string_view begin, std::string_view end) override;
    bool read_only() const override;
    // Closes the database and opens it again, after asking the disk for room. What was committed must then be there.
    Status resume() override;

    // A copy of the database as it is now in `directory`/rocksdb, which must not exist; it can be opened like a data
    // directory. Table files are hard links, so it takes little time and room. Any thread; `directory` is made (0700).
    Status checkpoint(const std::string& directory);
    // Reads every block of every file, also what no query touches; corrupt names the file.
    Status verify_files();

    // A number greater than any this data directory gave before, on disk when this returns. Once per process start.
    Result<std::uint64_t> next_boot_epoch();

  private:
    RocksStore();
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tollgate
