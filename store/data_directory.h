// What a data directory consists of.
//
//   rocksdb/          the database (store/rocks_store.h); its LOCK file is the directory's lock (store/rocks_lock.h)
//   slots             the slot file (store/slot_file.h); slots.damaged: slots that power loss tore; nothing reads it
//   commit_log        at durability disk (store/commit_log.h): commits that the database may not have on its disk yet
//   checkpoints/ID/   a copy of both, made by a running gateway for a tool: itself laid out like a data directory
//   last_backup.json  what the last complete backup was, for people (gateway/ops/backup_record.h)
//   operations.url    where the running gateway's operations listener is
#pragma once

#include <string>

namespace tollgate {

std::string database_directory(const std::string& data_directory);
std::string slot_file_path(const std::string& data_directory);
std::string checkpoints_directory(const std::string& data_directory);
std::string operations_url_path(const std::string& data_directory);
std::string backup_record_path(const std::string& data_directory);

bool is_initialized(const std::string& data_directory);  // it has a database

}  // namespace tollgate
