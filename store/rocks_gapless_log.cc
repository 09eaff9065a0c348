#include "store/rocks_gapless_log.h"

#include <rocksdb/write_batch.h>

#include <optional>
#include <string_view>

#include "store/key_space.h"

namespace tollgate {
namespace {

// Finds the commit's number, which each batch puts into the default family.
class NumberReader : public rocksdb::WriteBatch::Handler {
  public:
    rocksdb::Status PutCF(std::uint32_t family, const rocksdb::Slice& key, const rocksdb::Slice& value) override {
        if (family == 0 && std::string_view(key.data(), key.size()) == kCommitSequenceKey) {
            number = decode_u64({value.data(), value.size()});
        }
        return rocksdb::Status::OK();
    }
    rocksdb::Status DeleteCF(std::uint32_t, const rocksdb::Slice&) override { return rocksdb::Status::OK(); }

    std::optional<std::uint64_t> number;
};

}  // namespace

rocksdb::WalFilter::WalProcessingOption GaplessLog::LogRecordFound(unsigned long long, const std::string&,
                                                                   const rocksdb::WriteBatch& batch,
                                                                   rocksdb::WriteBatch*, bool*) {
    if (batch.Count() == 0) return WalProcessingOption::kContinueProcessing;  // RocksDB's own, behind a torn end
    NumberReader reader;
    if (!batch.Iterate(&reader).ok() || !reader.number) return WalProcessingOption::kCorruptedRecord;
    if (last_ != 0 && *reader.number != last_ + 1) {
        return on_gap_ == OnGap::end ? WalProcessingOption::kStopReplay : WalProcessingOption::kCorruptedRecord;
    }
    last_ = *reader.number;
    return WalProcessingOption::kContinueProcessing;
}

}  // namespace tollgate
