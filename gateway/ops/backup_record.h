// What `tollgate backup` leaves in the data directory when a backup is complete, so that the gateway can say when the
// last one was made. No backup has it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "store/status.h"

namespace tollgate {

struct BackupRecord {
    std::int64_t made_ms = 0;  // Unix time as of which the data are
    std::string to;            // the directory
    std::int64_t bytes = 0;
    bool verified = false;

    bool operator==(const BackupRecord&) const = default;
};

// Blocks.
Status write_backup_record(const std::string& data_directory, const BackupRecord& record);
// nullopt: none was made, or what is there cannot be read.
std::optional<BackupRecord> read_backup_record(const std::string& data_directory);

}  // namespace tollgate
