// What the ledger tools read: the data directory of a stopped gateway, which no gateway can open meanwhile, or a
// checkpoint that the running one makes for them, which is removed afterwards.
#pragma once

#include <memory>
#include <string>

#include "store/rocks_lock.h"
#include "store/rocks_store.h"

namespace tollgate {

struct SourceOptions {
    std::string data_dir;
    std::string ops_url;  // of the running gateway; empty: as it wrote into its data directory
};

class LedgerSource {
  public:
    // not_found: no such directory; locked: in use, and no gateway could be asked for a checkpoint.
    static Result<std::unique_ptr<LedgerSource>> take(const SourceOptions& options);
    // A directory that nothing else uses and that stays: a backup. `of_running`: it began as a checkpoint.
    static std::unique_ptr<LedgerSource> copy(std::string directory, bool of_running);
    ~LedgerSource();  // removes the checkpoint
    LedgerSource(const LedgerSource&) = delete;
    LedgerSource& operator=(const LedgerSource&) = delete;

    bool running() const { return running_; }                    // read from a checkpoint
    const std::string& directory() const { return directory_; }  // laid out like a data directory
    Result<std::unique_ptr<RocksStore>> open_store() const;      // read-only; closed before this goes

  private:
    LedgerSource() = default;
    std::string directory_;
    bool running_ = false;
    bool own_ = false;  // a checkpoint made for this
    std::unique_ptr<DataDirectoryLock> lock_;
};

}  // namespace tollgate
