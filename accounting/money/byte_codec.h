// Little-endian fields in a byte range, for the records of accounting. Writing past the end aborts (sizes are bounded
// by constants); reading past it makes the reader fail, once and for all: check ok() after the last field.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "accounting/money/money.h"

namespace tollgate {

inline constexpr std::size_t kMostCountBytes = 9;

class ByteWriter {
  public:
    explicit ByteWriter(std::span<std::byte> out) : out_(out) {}

    template <std::integral T>
    void integer(T value) {
        const auto bits = static_cast<std::uint64_t>(value);
        std::byte* const to = take(sizeof(T));
        for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<std::byte>((bits >> (8 * i)) & 0xff);
    }
    // Seven bits a byte, the lowest first; at most kMostCountBytes. Negative values abort.
    void count(std::int64_t value) {
        if (value < 0) money_violation("a count to be encoded is negative");
        auto bits = static_cast<std::uint64_t>(value);
        for (; bits >= 0x80; bits >>= 7) integer(static_cast<std::uint8_t>(bits | 0x80));
        integer(static_cast<std::uint8_t>(bits));
    }
    template <std::size_t N>
    void bytes(const std::array<std::uint8_t, N>& value) {
        std::memcpy(take(N), value.data(), N);
    }
    // A length byte, then the text cut to `limit` bytes (at most 255) on a UTF-8 boundary.
    void text(std::string_view value, std::size_t limit) {
        std::size_t size = value.size();
        if (size > limit) {
            size = limit;
            while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xc0) == 0x80) --size;
        }
        integer(static_cast<std::uint8_t>(size));
        if (size > 0) std::memcpy(take(size), value.data(), size);
    }
    std::size_t size() const { return used_; }

  private:
    std::byte* take(std::size_t size) {
        if (size > out_.size() - used_) money_violation("a record does not fit the room that is reserved for it");
        std::byte* const at = out_.data() + used_;
        used_ += size;
        return at;
    }
    std::span<std::byte> out_;
    std::size_t used_ = 0;
};

class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> in) : in_(in) {}

    template <std::integral T>
    T integer() {
        const std::byte* const from = take(sizeof(T));
        std::uint64_t bits = 0;
        if (from != nullptr) {
            for (std::size_t i = 0; i < sizeof(T); ++i) bits |= std::to_integer<std::uint64_t>(from[i]) << (8 * i);
        }
        return static_cast<T>(bits);
    }
    std::int64_t count() {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < kMostCountBytes; ++i) {
            const auto byte = integer<std::uint8_t>();
            bits |= static_cast<std::uint64_t>(byte & 0x7f) << (7 * i);
            if (byte < 0x80) return static_cast<std::int64_t>(bits);
        }
        ok_ = false;
        return 0;
    }
    template <std::size_t N>
    std::array<std::uint8_t, N> bytes() {
        std::array<std::uint8_t, N> value{};
        if (const std::byte* const from = take(N)) std::memcpy(value.data(), from, N);
        return value;
    }
    // A view into the bytes read.
    std::string_view text() {
        const std::size_t size = integer<std::uint8_t>();
        const std::byte* const from = take(size);
        return from == nullptr ? std::string_view{} : std::string_view(reinterpret_cast<const char*>(from), size);
    }
    bool ok() const { return ok_; }
    std::size_t left() const { return in_.size() - used_; }

  private:
    const std::byte* take(std::size_t size) {
        if (!ok_ || size > left()) {
            ok_ = false;
            return nullptr;
        }
        const std::byte* const at = in_.data() + used_;
        used_ += size;
        return at;
    }
    std::span<const std::byte> in_;
    std::size_t used_ = 0;
    bool ok_ = true;
};

// As the store takes it.
inline std::string text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace tollgate
