// The right to be the only process that uses a data directory.
#pragma once

#include <memory>
#include <string>

#include "store/status.h"

namespace tollgate {

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
