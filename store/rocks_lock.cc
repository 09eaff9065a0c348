#include "store/rocks_lock.h"

#include <rocksdb/env.h>

#include <filesystem>
#include <system_error>

#include "store/data_directory.h"

namespace tollgate {

Result<std::unique_ptr<DataDirectoryLock>> DataDirectoryLock::take(const std::string& data_directory) {
    std::error_code error;
    if (!std::filesystem::is_directory(database_directory(data_directory), error)) {
        return failure(StatusCode::not_found, "data directory " + data_directory + " has no database");
    }
    std::unique_ptr<DataDirectoryLock> taken(new DataDirectoryLock());
    rocksdb::FileLock* lock = nullptr;
    const auto status = rocksdb::Env::Default()->LockFile(database_directory(data_directory) + "/LOCK", &lock);
    taken->lock_ = lock;
    if (status.ok()) return taken;
    const std::string text = status.ToString();
    // RocksDB has no code of its own for a lock that is held: by another process, or twice by this one.
    if (text.find("While lock file") != std::string::npos || text.find("lock hold by current") != std::string::npos) {
        return failure(StatusCode::locked, "data directory " + data_directory + " is in use by another process");
    }
    return failure(StatusCode::io, "data directory " + data_directory + ": " + text);
}

DataDirectoryLock::~DataDirectoryLock() {
    if (lock_ != nullptr) (void)rocksdb::Env::Default()->UnlockFile(static_cast<rocksdb::FileLock*>(lock_));
}

}  // namespace tollgate
