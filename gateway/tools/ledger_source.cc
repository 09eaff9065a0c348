#include "gateway/tools/ledger_source.h"

#include <filesystem>
#include <fstream>

#include "accounting/money/ids.h"
#include "gateway/tools/operations_client.h"
#include "store/data_directory.h"

namespace tollgate {
namespace {

Result<std::string> make_checkpoint(const SourceOptions& options, const Status& locked) {
    std::string url = options.ops_url;
    if (url.empty()) {
        std::ifstream file(operations_url_path(options.data_dir));
        std::getline(file, url);
    }
    if (url.empty()) {
        return failure(locked.code(),
                       locked.message() + "; if that is a gateway, say where its operations listener is: --ops-url");
    }
    const auto id = request_checkpoint(url);
    if (!id) return failure(StatusCode::locked, locked.message() + "; " + id.error().message());
    const auto path = std::filesystem::path(checkpoints_directory(options.data_dir)) / *id;
    if (!parse_ulid(*id) || !std::filesystem::is_directory(path)) {
        return failure(StatusCode::invalid,
                       "the gateway at " + url + " has another data directory than " + options.data_dir);
    }
    return path.string();
}

}  // namespace

Result<std::unique_ptr<LedgerSource>> LedgerSource::take(const SourceOptions& options) {
    std::error_code error;
    if (!std::filesystem::is_directory(options.data_dir, error)) {
        return failure(StatusCode::not_found, "data directory " + options.data_dir + " does not exist");
    }
    std::unique_ptr<LedgerSource> source(new LedgerSource());
    auto lock = DataDirectoryLock::take(options.data_dir);
    if (lock) {
        source->directory_ = options.data_dir;
        source->lock_ = std::move(*lock);
        return source;
    }
    if (lock.error().code() != StatusCode::locked) return std::unexpected(lock.error());
    auto checkpoint = make_checkpoint(options, lock.error());
    if (!checkpoint) return std::unexpected(checkpoint.error());
    source->directory_ = std::move(*checkpoint);
    source->running_ = source->own_ = true;
    return source;
}

std::unique_ptr<LedgerSource> LedgerSource::copy(std::string directory, bool of_running) {
    std::unique_ptr<LedgerSource> source(new LedgerSource());
    source->directory_ = std::move(directory);
    source->running_ = of_running;
    return source;
}

LedgerSource::~LedgerSource() {
    std::error_code ignored;
    if (own_) std::filesystem::remove_all(directory_, ignored);
}

// A gateway at work may be in the middle of a record at the end of its log; a stopped one has left it whole.
Result<std::unique_ptr<RocksStore>> LedgerSource::open_store() const {
    auto store = RocksStore::open_read_only(directory_, !running());
    if (store || running() || store.error().code() != StatusCode::corrupt) return store;
    return failure(StatusCode::corrupt, store.error().message() +
                                            " (if the machine or the gateway was killed while it wrote, the end of the "
                                            "log may be torn: the next start drops that end)");
}

}  // namespace tollgate
