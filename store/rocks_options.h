// How RocksDB is set up, and why. Private to RocksStore.
#pragma once

#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "store/store.h"

namespace tollgate::rocks_options {

// Index: Family. RocksDB insists on a family called "default", so `system` is that one.
inline constexpr std::array<const char*, kFamilyCount> kFamilyNames = {
    "default",      "accounts",           "money",   "usage",  "block_index", "balances", "idempotency",
    "transactions", "organization_usage", "rollups", "changes"};

inline constexpr std::size_t kBlockCacheBytes = 32u << 20;
inline constexpr std::size_t kAllMemtablesBytes = 24u << 20;
inline constexpr int kCacheShardBits = 2;
inline constexpr std::uint32_t kProtectionBytesPerKey = 8;

rocksdb::DBOptions database_options();
// What RocksDB reports, in <directory>/LOG; a line that the disk does not take is lost. Null if the file cannot be
// made.
std::shared_ptr<rocksdb::Logger> open_log(const std::string& directory);
rocksdb::ColumnFamilyOptions family_options(std::string_view family, const std::shared_ptr<rocksdb::Cache>& cache);

}  // namespace tollgate::rocks_options
