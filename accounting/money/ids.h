// Identifiers. Organizations, projects and users are UUIDv7; requests are ULIDs; API keys are named by their SHA-256.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace tollgate {

// 128 bits, big-endian, so that byte order is creation order.
struct Id128 {
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const Id128&) const = default;
    bool is_nil() const { return *this == Id128{}; }
};
// For hash tables: UUIDv7 and ULID end in random bytes.
struct Id128Hash {
    std::size_t operator()(const Id128& id) const {
        std::size_t hash = 0;
        std::memcpy(&hash, id.bytes.data() + id.bytes.size() - sizeof hash, sizeof hash);
        return hash;
    }
};

// RFC 9562 UUIDv7 for `unix_ms`, random otherwise. Text is the usual 36 lower-case characters.
Id128 make_uuid7(std::int64_t unix_ms);
std::string to_uuid(const Id128& id);
std::optional<Id128> parse_uuid(std::string_view text);

// ULID (github.com/ulid/spec): 48 bits of time, then here 10 bits of node, 10 of worker, 16 of a sequence within the
// millisecond and 44 random ones, new for each id: nobody can guess an id from others. Two generators never make the
// same id. The ids of one ascend, unless its clock steps back by more than kMostStepBackMs. Not thread-safe; makes a
// system call for one id of many. Text is 26 characters of Crockford base 32.
class UlidGenerator {
  public:
    static constexpr std::int64_t kMostStepBackMs = 60'000;
    explicit UlidGenerator(std::uint32_t worker, std::uint32_t node = 0);
    Id128 next(std::int64_t unix_ms);

  private:
    static constexpr std::size_t kRandomBytes = 6;  // taken for each id
    static constexpr std::size_t kIdsPerRefill = 256;

    std::uint64_t random();

    const std::uint64_t origin_;  // node and worker
    std::uint64_t sequence_ = 0;
    std::int64_t last_ms_ = 0;
    std::array<std::uint8_t, kIdsPerRefill * kRandomBytes> pool_;
    std::size_t pool_used_;
};
inline constexpr std::size_t kUlidText = 26;
inline constexpr std::size_t kUuidText = 36;
void write_ulid(const Id128& id, char* out26);
std::string to_ulid(const Id128& id);
std::optional<Id128> parse_ulid(std::string_view text);
std::int64_t ulid_time_ms(const Id128& id);

// SHA-256 of the whole key text: the key's public id (OpenRouter's `hash`) and the only thing stored of it.
struct KeyDigest {
    std::array<std::uint8_t, 32> bytes{};
    auto operator<=>(const KeyDigest&) const = default;
};
KeyDigest digest_key(std::string_view key_text);
std::string to_hex(const KeyDigest& digest);
std::optional<KeyDigest> parse_key_digest(std::string_view hex);

}  // namespace tollgate
