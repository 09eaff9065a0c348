#include "gateway/ops/backup_record.h"

#include <boost/json.hpp>
#include <fstream>
#include <sstream>

#include "gateway/text/json_writer.h"
#include "store/data_directory.h"
#include "store/private_file.h"

namespace tollgate {

Status write_backup_record(const std::string& data_directory, const BackupRecord& record) {
    JsonWriter json;
    json.object().key("made_ms").number(record.made_ms).key("to").text(record.to).key("bytes").number(record.bytes);
    json.key("verified").flag(record.verified).end();
    return write_private_file(backup_record_path(data_directory), json.take() + "\n");
}

std::optional<BackupRecord> read_backup_record(const std::string& data_directory) {
    std::ifstream in(backup_record_path(data_directory));
    if (!in) return std::nullopt;
    std::stringstream text;
    text << in.rdbuf();
    boost::system::error_code failed;
    const boost::json::value value = boost::json::parse(text.str(), failed);
    const auto* const object = failed ? nullptr : value.if_object();
    if (object == nullptr) return std::nullopt;
    const auto* const made = object->if_contains("made_ms");
    const auto* const to = object->if_contains("to");
    const auto* const bytes = object->if_contains("bytes");
    const auto* const verified = object->if_contains("verified");
    if (made == nullptr || !made->is_int64() || to == nullptr || !to->is_string() || bytes == nullptr ||
        !bytes->is_int64() || verified == nullptr || !verified->is_bool()) {
        return std::nullopt;
    }
    return BackupRecord{.made_ms = made->as_int64(),
                        .to = std::string(to->as_string()),
                        .bytes = bytes->as_int64(),
                        .verified = verified->as_bool()};
}

}  // namespace tollgate
