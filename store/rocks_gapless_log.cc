#include "store/rocks_gapless_log.h"

#include <rocksdb/write_batch.h>

#include <optional>
#include <string_view>

#include "store/key_space.h"

namespace tollgate {
namespace {

// Finds the commit's number, which each batch puts into the default family. The drop of a range has none: it may be
// lost with what follows it, since retention drops again what is still there at the next start. To give it one, it
// would have to stand in the commit log, too.
class NumberReader : public rocksdb::WriteBatch::Handler {
  public:
    rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
        is_drop = false;
        if (family == 0 && std::string_view(key.data(), key.size()) == kCommitSequenceKey) {
            number = decode_u64({value.data(), value.size()});
        }
        return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override {
        is_drop = false;
        return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteRangeCF(std::uint32_t, const rocksdb::Slice&, const rocksdb::Slice&) override {
        return rocksdb::Status::OK();
    }

    std::optional<std::uint64_t> number;
    bool is_drop = true;  // of ranges, and nothing else
};

}  // namespace

rocksdb::WalFilter::WalProcessingOption GaplessLog::LogRecordFound(unsigned long long, const std::string&,
                                                                   const rocksdb::WriteBatch& batch,
                                                                   rocksdb::WriteBatch*, bool*) {
    if (batch.Count() == 0) return WalProcessingOption::kContinueProcessing;  // RocksDB's own, behind a torn end
    NumberReader reader;
    if (!batch.Iterate(&reader).ok()) return WalProcessingOption::kCorruptedRecord;
    if (!reader.number) {
        return reader.is_drop ? WalProcessingOption::kContinueProcessing : WalProcessingOption::kCorruptedRecord;
    }
    if (last_ != 0 && *reader.number != last_ + 1) {
        return on_gap_ == OnGap::end ? WalProcessingOption::kStopReplay : WalProcessingOption::kCorruptedRecord;
    }
    last_ = *reader.number;
    return WalProcessingOption::kContinueProcessing;
}

}  // namespace tollgate
