#include "store/data_directory.h"

#include <filesystem>

namespace tollgate {
namespace {

std::string inside(const std::string& data_directory, const char* name) {
    return (std::filesystem::path(data_directory) / name).string();
}

}  // namespace

std::string database_directory(const std::string& data_directory) { return inside(data_directory, "rocksdb"); }
std::string slot_file_path(const std::string& data_directory) { return inside(data_directory, "slots"); }
std::string checkpoints_directory(const std::string& data_directory) { return inside(data_directory, "checkpoints"); }
std::string operations_url_path(const std::string& data_directory) { return inside(data_directory, "operations.url"); }
std::string backup_record_path(const std::string& data_directory) { return inside(data_directory, "last_backup.json"); }

bool is_initialized(const std::string& data_directory) {
    std::error_code error;
    return std::filesystem::exists(database_directory(data_directory), error);
}

}  // namespace tollgate
