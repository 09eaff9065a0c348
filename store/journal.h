// The packed blocks of the journal: bytes in, bytes out; no database, no accounting.
//
// Money block = header (96 bytes), body, SHA-256 of header and body (32 bytes).
//   header: magic u32, version u16, body codec u16, block number u64, commit time i64, entries u32, hash of the
//   previous
//           money block, hash of the usage block committed with it, body length u32
//   body:   entries, each u32 length + bytes
// Usage block = header (24 bytes), body. Its hash is in its money block, so deleting it leaves the chain whole.
//   header: magic u32, version u16, body codec u16, block number u64, rows u32, body length u32
//   body:   rows, each u32 length + open record, u32 length + settlement
//
// Body codec: 0 as it is, 1 an LZ4 block; the body length is that before compression. Rows of one block repeat ids,
// names and prices, so LZ4 leaves about a fifth, and everything behind it (hash, log, memtable, checksums, files) has
// that much less to do. Hashes are of the stored bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/status.h"

namespace tollgate {

using BlockHash = std::array<std::uint8_t, 32>;  // SHA-256; all zero: none

inline constexpr std::size_t kMaxBlockBytes =
    32u << 20;  // of a whole block, before compression; builders abort beyond, readers refuse
inline constexpr std::size_t kMaxUsageParts = 16;  // usage blocks of one money block: one for each retention class
inline constexpr std::uint16_t kJournalVersion = 1;

struct FinishedBlock {
    std::string value;  // what the store keeps
    BlockHash hash;     // money: chained into the next block; usage: goes into its money block
};

struct MoneyBlockHeader {
    std::uint64_t number = 0;
    std::int64_t commit_ms = 0;  // Unix time
    std::uint32_t entries = 0;
    BlockHash previous{};  // hash of block number - 1; zero for the first
    BlockHash usage{};     // of the usage blocks of the same number (usage_hash); zero: none
    bool operator==(const MoneyBlockHeader&) const = default;
};

// Collects entries into one buffer, which is kept from block to block. Not thread-safe.
class MoneyBlockBuilder {
  public:
    MoneyBlockBuilder();
    void add(std::span<const std::byte> entry);
    std::uint32_t entries() const { return entries_; }
    std::size_t bytes() const { return buffer_.size(); }
    // Seals what was added and empties the builder. `header.entries` is ignored: the builder knows.
    FinishedBlock finish(const MoneyBlockHeader& header);
    void clear();

  private:
    std::string buffer_, scratch_;
    std::uint32_t entries_ = 0;
};

class UsageBlockBuilder {
  public:
    UsageBlockBuilder();
    void add(std::span<const std::byte> open, std::span<const std::byte> settlement);
    std::uint32_t rows() const { return rows_; }
    std::size_t bytes() const { return buffer_.size(); }
    FinishedBlock finish(std::uint64_t number);
    void clear();

  private:
    std::string buffer_, scratch_;
    std::uint32_t rows_ = 0;
};

// A body as it was before compression: the bytes of the block itself, or a copy that this owns.
class BlockBody {
  public:
    std::string_view text() const { return text_; }

  private:
    friend class MoneyBlock;
    friend class UsageBlock;
    // nullopt if `stored` is not `bytes` long after the codec's decompression, or the codec is unknown.
    static std::optional<BlockBody> unpack(std::uint16_t codec, std::string_view stored, std::size_t bytes);
    std::unique_ptr<char[]> unpacked_;
    std::string_view text_;
};

// A verified view of a money block. `value` must outlive it; what next() returns lives as long as both.
class MoneyBlock {
  public:
    // Checks everything: magic, hash, version, that it is block `number`, every length. corrupt or too_new otherwise.
    static Result<MoneyBlock> read(std::string_view value, std::uint64_t number);

    const MoneyBlockHeader& header() const { return header_; }
    const BlockHash& hash() const { return hash_; }
    // The entries in order, then nullopt.
    std::optional<std::span<const std::byte>> next();
    void rewind() { position_ = 0; }
    // corrupt unless this block continues the chain after a block with that hash.
    Status verify_follows(const BlockHash& previous) const;

  private:
    MoneyBlock() = default;
    MoneyBlockHeader header_;
    BlockHash hash_{};
    BlockBody body_;
    std::size_t position_ = 0;
};

struct UsageRow {
    std::span<const std::byte> open;
    std::span<const std::byte> settlement;
};

// A verified view of a usage block. `value` must outlive it; what next() returns lives as long as both.
class UsageBlock {
  public:
    // Checks magic, version, number and every length, and the hash if the money block's is given.
    static Result<UsageBlock> read(std::string_view value, std::uint64_t number,
                                   const std::optional<BlockHash>& expected_hash = std::nullopt);

    std::uint64_t number() const { return number_; }
    std::uint32_t rows() const { return rows_; }
    // The rows in order, then nullopt.
    std::optional<UsageRow> next();
    void rewind() { position_ = 0; }

  private:
    UsageBlock() = default;
    std::uint64_t number_ = 0;
    std::uint32_t rows_ = 0;
    BlockBody body_;
    std::size_t position_ = 0;
};

// The rows of one commit group have one usage block for each retention class among them.
struct UsagePart {
    std::uint8_t retention_class = 0;
    std::uint32_t day = 0;  // days since 1970-01-01 UTC, as in the usage key
    std::uint32_t rows = 0;
    BlockHash hash{};
    bool operator==(const UsagePart&) const = default;
};
// What the money block keeps of them: the one usage block's hash, or the SHA-256 of the hashes in order. It stays
// provable when some of the blocks have been dropped.
BlockHash usage_hash(std::span<const UsagePart> parts);

// What finds a request's block by its id (ids ascend with time) and a block's usage keys.
struct BlockIndexEntry {
    std::int64_t commit_ms = 0;  // Unix time
    std::array<std::uint8_t, 16> min_request{}, max_request{};
    std::vector<UsagePart> usage;  // in order of class
    bool operator==(const BlockIndexEntry&) const = default;
};
std::string encode(const BlockIndexEntry& entry);
Result<BlockIndexEntry> decode_block_index(std::string_view value, std::uint64_t number);

}  // namespace tollgate
