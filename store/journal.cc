#include "store/journal.h"

#include <lz4.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "store/big_endian.h"

namespace tollgate {
namespace {

constexpr std::uint32_t kMoneyMagic = 0x54474d42;  // "TGMB"
constexpr std::uint32_t kUsageMagic = 0x54475542;  // "TGUB"
constexpr std::size_t kHashBytes = SHA256_DIGEST_LENGTH;
constexpr std::size_t kMoneyHeaderBytes = 96;
constexpr std::size_t kUsageHeaderBytes = 24;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kCodecOffset = 6;  // in both headers

enum BodyCodec : std::uint16_t { kPlainBody = 0, kLz4Body = 1 };
constexpr std::size_t kLeastCompressedBytes = 512;  // a shorter body gains nothing
static_assert(kMaxBlockBytes <= LZ4_MAX_INPUT_SIZE);

constexpr const char* kBodyUnreadable = "its body does not have its length";

// Version, commit time, least and greatest id; then the count of parts (u8) and for each class, day, rows, hash.
constexpr std::uint8_t kBlockIndexVersion = 1;
constexpr std::size_t kBlockIndexFixedBytes = 1 + 8 + 16 + 16;
constexpr std::size_t kUsagePartBytes = 1 + 4 + 4 + kHashBytes;

BlockHash sha256(std::string_view bytes) {
    BlockHash hash;
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
    return hash;
}

BlockHash read_hash(const char* in) {
    BlockHash hash;
    std::memcpy(hash.data(), in, hash.size());
    return hash;
}

char* write_hash(char* out, const BlockHash& hash) {
    std::memcpy(out, hash.data(), hash.size());
    return out + hash.size();
}

template <class T>
char* write(char* out, T value) {
    write_big_endian(out, value);
    return out + sizeof(T);
}

std::string block_name(const char* kind, std::uint64_t number) {
    return std::string(kind) + " block " + std::to_string(number);
}

std::unexpected<Status> corrupt(const char* kind, std::uint64_t number, const std::string& what) {
    return failure(StatusCode::corrupt, block_name(kind, number) + ": " + what);
}

std::string stored_but_expected(const char* what, std::uint64_t stored, std::uint64_t expected) {
    return std::string(what) + " is " + std::to_string(stored) + ", expected " + std::to_string(expected);
}

void append_prefixed(std::string& buffer, std::span<const std::byte> bytes) {
    // A block beyond the limit could be written and never read back; the journal's own limits lie far below.
    if (buffer.size() + kLengthBytes + bytes.size() + kHashBytes > kMaxBlockBytes) {
        std::fprintf(stderr, "journal: %zu more bytes in a block of %zu exceed kMaxBlockBytes\n", bytes.size(),
                     buffer.size());
        std::abort();
    }
    append_big_endian(buffer, static_cast<std::uint32_t>(bytes.size()));
    buffer.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

// The length-prefixed bytes at `position`, which moves behind them; nullopt if the body ends first.
std::optional<std::span<const std::byte>> take_prefixed(std::string_view body, std::size_t& position) {
    if (body.size() - position < kLengthBytes) return std::nullopt;
    const std::size_t length = read_big_endian<std::uint32_t>(body.data() + position);
    if (body.size() - position - kLengthBytes < length) return std::nullopt;
    const auto* begin = reinterpret_cast<const std::byte*>(body.data() + position + kLengthBytes);
    position += kLengthBytes + length;
    return std::span(begin, length);
}

// Checks that `body` is exactly `count` length-prefixed strings.
Status verify_body(std::string_view body, std::uint64_t count, const char* kind, std::uint64_t number,
                   const char* item) {
    std::size_t position = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        if (!take_prefixed(body, position)) {
            return {StatusCode::corrupt, block_name(kind, number) + ": " + item + " " + std::to_string(i) + " of " +
                                             std::to_string(count) + " runs past the end"};
        }
    }
    if (position == body.size()) return {};
    return {StatusCode::corrupt,
            block_name(kind, number) + ": " + std::to_string(body.size() - position) + " bytes after the last " + item};
}

// The parts that both headers begin with: size, magic. The version is checked apart, after the hash.
Status verify_start(std::string_view value, std::size_t least, std::uint32_t magic, const char* kind,
                    std::uint64_t number) {
    if (value.size() < least || value.size() > kMaxBlockBytes) {
        return {StatusCode::corrupt,
                block_name(kind, number) + ": " + std::to_string(value.size()) + " bytes is no possible length"};
    }
    if (read_big_endian<std::uint32_t>(value.data()) != magic) {
        return {StatusCode::corrupt, block_name(kind, number) + ": wrong magic"};
    }
    return {};
}

Status verify_version_and_number(std::string_view value, const char* kind, std::uint64_t number) {
    const auto version = read_big_endian<std::uint16_t>(value.data() + 4);
    if (version > kJournalVersion) {
        return {StatusCode::too_new, block_name(kind, number) + ": format version " + std::to_string(version) +
                                         ", this program reads " + std::to_string(kJournalVersion)};
    }
    if (version == 0) {
        return {StatusCode::corrupt, block_name(kind, number) + ": invalid format version"};
    }
    const auto stored = read_big_endian<std::uint64_t>(value.data() + 8);
    if (stored != number) {
        return {StatusCode::corrupt,
                block_name(kind, number) + ": " + stored_but_expected("its number", stored, number)};
    }
    return {};
}

// The block so far with its body compressed where that makes it shorter; the codec stands in the header. `scratch` only
// grows, so that a builder that is used again touches no fresh memory, and the block takes what it needs and no more.
std::string packed(const std::string& block, std::size_t header_bytes, std::size_t tail_bytes, std::string& scratch) {
    const std::size_t body_bytes = block.size() - header_bytes;
    std::string_view body = std::string_view(block).substr(header_bytes);
    if (body_bytes >= kLeastCompressedBytes) {
        const int room = LZ4_compressBound(static_cast<int>(body_bytes));
        if (scratch.size() < static_cast<std::size_t>(room)) scratch.resize(static_cast<std::size_t>(room));
        const int bytes = LZ4_compress_default(body.data(), scratch.data(), static_cast<int>(body_bytes), room);
        if (bytes > 0 && static_cast<std::size_t>(bytes) < body_bytes) {
            body = std::string_view(scratch).substr(0, static_cast<std::size_t>(bytes));
        }
    }
    std::string out;
    out.reserve(header_bytes + body.size() + tail_bytes);
    out.append(block, 0, header_bytes).append(body);
    if (body.size() < body_bytes) write_big_endian(out.data() + kCodecOffset, std::uint16_t{kLz4Body});
    return out;
}

}  // namespace

std::optional<BlockBody> BlockBody::unpack(std::uint16_t codec, std::string_view stored, std::size_t bytes) {
    BlockBody body;
    body.text_ = stored;
    if (codec == kPlainBody) return stored.size() == bytes ? std::optional(std::move(body)) : std::nullopt;
    if (codec != kLz4Body || bytes > kMaxBlockBytes) return std::nullopt;
    body.unpacked_ = std::make_unique_for_overwrite<char[]>(bytes);
    const int unpacked = LZ4_decompress_safe(stored.data(), body.unpacked_.get(), static_cast<int>(stored.size()),
                                             static_cast<int>(bytes));
    if (unpacked < 0 || static_cast<std::size_t>(unpacked) != bytes) return std::nullopt;
    body.text_ = {body.unpacked_.get(), bytes};
    return body;
}

MoneyBlockBuilder::MoneyBlockBuilder() { clear(); }

void MoneyBlockBuilder::clear() {
    buffer_.assign(kMoneyHeaderBytes, '\0');
    entries_ = 0;
}

void MoneyBlockBuilder::add(std::span<const std::byte> entry) {
    append_prefixed(buffer_, entry);
    ++entries_;
}

FinishedBlock MoneyBlockBuilder::finish(const MoneyBlockHeader& header) {
    const std::size_t body_bytes = buffer_.size() - kMoneyHeaderBytes;
    char* out = buffer_.data();
    out = write(out, kMoneyMagic);
    out = write(out, kJournalVersion);
    out = write(out, std::uint16_t{0});
    out = write(out, header.number);
    out = write(out, static_cast<std::uint64_t>(header.commit_ms));
    out = write(out, entries_);
    out = write_hash(out, header.previous);
    out = write_hash(out, header.usage);
    write(out, static_cast<std::uint32_t>(body_bytes));

    FinishedBlock block{.value = packed(buffer_, kMoneyHeaderBytes, kHashBytes, scratch_), .hash = {}};
    block.hash = sha256(block.value);
    block.value.append(reinterpret_cast<const char*>(block.hash.data()), block.hash.size());
    clear();
    return block;
}

Result<MoneyBlock> MoneyBlock::read(std::string_view value, std::uint64_t number) {
    constexpr const char* kKind = "money";
    if (auto status = verify_start(value, kMoneyHeaderBytes + kHashBytes, kMoneyMagic, kKind, number); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const std::string_view hashed = value.substr(0, value.size() - kHashBytes);
    MoneyBlock block;
    block.hash_ = sha256(hashed);
    if (block.hash_ != read_hash(value.data() + hashed.size())) {
        return corrupt(kKind, number, "its SHA-256 does not match its bytes");
    }
    if (auto status = verify_version_and_number(value, kKind, number); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    const char* in = value.data();
    block.header_ = {.number = number,
                     .commit_ms = static_cast<std::int64_t>(read_big_endian<std::uint64_t>(in + 16)),
                     .entries = read_big_endian<std::uint32_t>(in + 24),
                     .previous = read_hash(in + 28),
                     .usage = read_hash(in + 60)};
    auto body = BlockBody::unpack(read_big_endian<std::uint16_t>(in + kCodecOffset), hashed.substr(kMoneyHeaderBytes),
                                  read_big_endian<std::uint32_t>(in + 92));
    if (!body) return corrupt(kKind, number, kBodyUnreadable);
    block.body_ = std::move(*body);
    if (auto status = verify_body(block.body_.text(), block.header_.entries, kKind, number, "entry"); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return block;
}

std::optional<std::span<const std::byte>> MoneyBlock::next() { return take_prefixed(body_.text(), position_); }

Status MoneyBlock::verify_follows(const BlockHash& previous) const {
    if (header_.previous == previous) return {};
    return {StatusCode::corrupt,
            block_name("money", header_.number) + ": the hash of the block before it does not match the chain"};
}

UsageBlockBuilder::UsageBlockBuilder() { clear(); }

void UsageBlockBuilder::clear() {
    buffer_.assign(kUsageHeaderBytes, '\0');
    rows_ = 0;
}

void UsageBlockBuilder::add(std::span<const std::byte> open, std::span<const std::byte> settlement) {
    append_prefixed(buffer_, open);
    append_prefixed(buffer_, settlement);
    ++rows_;
}

FinishedBlock UsageBlockBuilder::finish(std::uint64_t number) {
    const std::size_t body_bytes = buffer_.size() - kUsageHeaderBytes;
    char* out = buffer_.data();
    out = write(out, kUsageMagic);
    out = write(out, kJournalVersion);
    out = write(out, std::uint16_t{0});
    out = write(out, number);
    out = write(out, rows_);
    write(out, static_cast<std::uint32_t>(body_bytes));

    FinishedBlock block{.value = packed(buffer_, kUsageHeaderBytes, 0, scratch_), .hash = {}};
    block.hash = sha256(block.value);
    clear();
    return block;
}

Result<UsageBlock> UsageBlock::read(std::string_view value, std::uint64_t number,
                                    const std::optional<BlockHash>& expected_hash) {
    constexpr const char* kKind = "usage";
    if (auto status = verify_start(value, kUsageHeaderBytes, kUsageMagic, kKind, number); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    if (expected_hash && sha256(value) != *expected_hash) {
        return corrupt(kKind, number, "its SHA-256 is not the one in its money block");
    }
    if (auto status = verify_version_and_number(value, kKind, number); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    UsageBlock block;
    block.number_ = number;
    block.rows_ = read_big_endian<std::uint32_t>(value.data() + 16);
    auto body = BlockBody::unpack(read_big_endian<std::uint16_t>(value.data() + kCodecOffset),
                                  value.substr(kUsageHeaderBytes), read_big_endian<std::uint32_t>(value.data() + 20));
    if (!body) return corrupt(kKind, number, kBodyUnreadable);
    block.body_ = std::move(*body);
    const auto strings = std::uint64_t{block.rows_} * 2;
    if (auto status = verify_body(block.body_.text(), strings, kKind, number, "row half"); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return block;
}

std::optional<UsageRow> UsageBlock::next() {
    const auto open = take_prefixed(body_.text(), position_);
    if (!open) return std::nullopt;
    const auto settlement = take_prefixed(body_.text(), position_);
    // NOLINTNEXTLINE(bugprone-unchecked-optional-access): read() counted both halves of every row
    return UsageRow{.open = *open, .settlement = settlement.value()};
}

BlockHash usage_hash(std::span<const UsagePart> parts) {
    if (parts.empty()) return {};
    if (parts.size() == 1) return parts.front().hash;
    std::string hashes;
    for (const UsagePart& part : parts) {
        hashes.append(reinterpret_cast<const char*>(part.hash.data()), part.hash.size());
    }
    return sha256(hashes);
}

std::string encode(const BlockIndexEntry& entry) {
    std::string out;
    out.reserve(kBlockIndexFixedBytes + 1 + entry.usage.size() * kUsagePartBytes);
    append_big_endian(out, kBlockIndexVersion);
    append_big_endian(out, static_cast<std::uint64_t>(entry.commit_ms));
    out.append(reinterpret_cast<const char*>(entry.min_request.data()), entry.min_request.size());
    out.append(reinterpret_cast<const char*>(entry.max_request.data()), entry.max_request.size());
    append_big_endian(out, static_cast<std::uint8_t>(entry.usage.size()));
    for (const UsagePart& part : entry.usage) {
        append_big_endian(out, part.retention_class);
        append_big_endian(out, part.day);
        append_big_endian(out, part.rows);
        out.append(reinterpret_cast<const char*>(part.hash.data()), part.hash.size());
    }
    return out;
}

Result<BlockIndexEntry> decode_block_index(std::string_view value, std::uint64_t number) {
    if (value.empty()) return corrupt("index of", number, "empty");
    const auto version = read_big_endian<std::uint8_t>(value.data());
    if (version > kBlockIndexVersion) {
        return failure(StatusCode::too_new, block_name("index of", number) + ": format version " +
                                                std::to_string(version) + ", this program reads " +
                                                std::to_string(kBlockIndexVersion));
    }
    if (version == 0) return corrupt("index of", number, "invalid format version");
    std::size_t expected = kBlockIndexFixedBytes + 1;
    if (value.size() >= expected) {
        const auto parts = read_big_endian<std::uint8_t>(value.data() + kBlockIndexFixedBytes);
        if (parts > kMaxUsageParts) return corrupt("index of", number, "too many usage blocks");
        expected += parts * kUsagePartBytes;
    }
    if (value.size() != expected) {
        return corrupt("index of", number, stored_but_expected("its length", value.size(), expected));
    }
    const char* in = value.data() + 1;
    BlockIndexEntry entry;
    entry.commit_ms = static_cast<std::int64_t>(read_big_endian<std::uint64_t>(in));
    std::memcpy(entry.min_request.data(), in + 8, entry.min_request.size());
    std::memcpy(entry.max_request.data(), in + 24, entry.max_request.size());
    in += kBlockIndexFixedBytes - 1;
    const auto parts = read_big_endian<std::uint8_t>(in++);
    for (std::size_t i = 0; i < parts; ++i, in += kUsagePartBytes) {
        entry.usage.push_back({.retention_class = read_big_endian<std::uint8_t>(in),
                               .day = read_big_endian<std::uint32_t>(in + 1),
                               .rows = read_big_endian<std::uint32_t>(in + 5),
                               .hash = read_hash(in + 9)});
    }
    return entry;
}

}  // namespace tollgate
