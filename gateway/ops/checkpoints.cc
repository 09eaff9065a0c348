#include "gateway/ops/checkpoints.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>

#include "store/data_directory.h"

namespace tollgate {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kUlidWorker = 1022;  // gateway workers count from 0, the ledger is the last

}  // namespace

Checkpoints::Checkpoints(RocksStore& store, SlotFile& slots, Ledger& ledger, const std::string& data_directory,
                         std::int64_t max_age_ms)
    : store_(store),
      slots_(slots),
      ledger_(ledger),
      directory_(checkpoints_directory(data_directory)),
      max_age_ms_(max_age_ms),
      ids_(kUlidWorker) {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

Result<std::string> Checkpoints::make(std::int64_t now_ms) {
    if (::mkdir(directory_.c_str(), S_IRWXU) != 0 && errno != EEXIST) {
        return failure(StatusCode::io, "cannot create " + directory_ + ": " + std::strerror(errno));
    }
    remove_expired(now_ms);
    std::error_code error;
    const auto there = std::distance(fs::directory_iterator(directory_, error), fs::directory_iterator());
    if (there >= static_cast<std::ptrdiff_t>(kMost)) {
        return failure(StatusCode::full, "there are " + std::to_string(kMost) + " checkpoints in " + directory_ +
                                             " already: remove those that no tool uses any more");
    }
    const std::string id = to_ulid(ids_.next(now_ms));
    const fs::path path = fs::path(directory_) / id;
    Status status;
    // While the writer rests no slot is freed and no block committed: database and slots are of the same moment.
    ledger_.at_rest([&] {
        status = store_.checkpoint(path.string());
        if (status.ok()) status = slots_.copy_to(slot_file_path(path.string()));
    });
    if (status.ok()) return id;
    fs::remove_all(path, error);
    return std::unexpected(status);
}

std::vector<std::string> Checkpoints::remove_expired(std::int64_t now_ms) {
    std::vector<std::string> expired;
    std::error_code error;
    for (fs::directory_iterator entry(directory_, error), end; !error && entry != end; entry.increment(error)) {
        const auto id = parse_ulid(entry->path().filename().string());
        if (!id || ulid_time_ms(*id) <= now_ms - max_age_ms_) expired.push_back(entry->path().filename().string());
    }
    for (const std::string& name : expired) fs::remove_all(fs::path(directory_) / name, error);
    return expired;
}

}  // namespace tollgate
