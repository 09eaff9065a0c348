// tollgate backup | restore.
//
// A backup is a directory: data/ (rocksdb/ and slots, laid out like a data directory) and manifest.json, written last,
// with the SHA-256 of every file. It holds no configuration, no price list, no certificate, no log and no key in plain
// text.
#pragma once

#include <string>

#include "gateway/tools/ledger_source.h"

namespace tollgate {

struct BackupOptions {
    SourceOptions source;
    std::string to;  // a directory that does not exist or is empty
    bool verify = true;
};
// Of a running gateway: its data at one moment, through a checkpoint.
Status backup_command(const BackupOptions& options);

struct RestoreOptions {
    std::string from;
    std::string data_dir;  // does not exist or is empty
    bool verify = true;
};
// The data directory appears when everything has been copied and checked, the database last.
Status restore_command(const RestoreOptions& options);

}  // namespace tollgate
