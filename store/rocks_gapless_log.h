// What RocksDB reads back of its log at start must be every commit in turn. RocksDB skips a zeroed rest of a log's
// block in silence and goes on with the next one; a disk that lost power leaves such holes where it had written a later
// page first. Each commit has the next number, so a gap shows.
#pragma once

#include <rocksdb/wal_filter.h>

#include <cstdint>

namespace tollgate {

class GaplessLog : public rocksdb::WalFilter {
  public:
    enum class OnGap : std::uint8_t {
        end,   // the log ends there, as behind a torn record: what follows was never answered for, or is in the
               // commit log
        fail,  // it is damage
    };
    explicit GaplessLog(OnGap on_gap) : on_gap_(on_gap) {}

    WalProcessingOption LogRecordFound(unsigned long long log_number, const std::string& log_file_name,
                                       const rocksdb::WriteBatch& batch, rocksdb::WriteBatch* new_batch,
                                       bool* batch_changed) override;
    const char* Name() const override { return "tollgate.GaplessLog"; }

  private:
    const OnGap on_gap_;
    std::uint64_t last_ = 0;  // 0: none was read yet
};

}  // namespace tollgate
