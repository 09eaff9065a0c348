// What a data directory consists of, and the right to be the only process that uses it.
//
//   rocksdb/          the database (store/rocks_store.h); its LOCK file is the directory's lock
//   slots             the slot file (store/slot_file.h); slots.damaged: slots that power loss tore, for whoever looks
//   commit_log        at durability disk (store/commit_log.h): commits that the database may not have on its disk yet
//   checkpoints/ID/   a copy of both, made by a running gateway for a tool: itself laid out like a data directory
//   operations.url    where the running gateway's operations listener is
#pragma once

#include <memory>
#include <string>

#include "store/status.h"

namespace tollgate {

std::string database_directory(const std::string& data_directory);
std::string slot_file_path(const std::string& data_directory);
std::string checkpoints_directory(const std::string& data_directory);
std::string operations_url_path(const std::string& data_directory);

// Holds the lock that RocksStore::open() takes, without opening the database: for tools that read or copy its files.
class DataDirectoryLock {
  public:
    // not_found: no database there; locked: another process has it open; io otherwise.
    static Result<std::unique_ptr<DataDirectoryLock>> take(const std::string& data_directory);
    ~DataDirectoryLock();
    DataDirectoryLock(const DataDirectoryLock&) = delete;
    DataDirectoryLock& operator=(const DataDirectoryLock&) = delete;

  private:
    DataDirectoryLock() = default;
    void* lock_ = nullptr;  // a rocksdb::FileLock
};

}  // namespace tollgate
