// One line of JSON in a buffer of its own, for the access log: every request writes one, and appended to a string byte
// by byte it would cost as much as parsing the request. Everything else uses JsonWriter.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

#include "gateway/text/decimal.h"

namespace tollgate {

class JsonLine {
  public:
    static constexpr std::size_t kMostBytes = 2048;  // a longer text is cut short: whoever writes keeps far below

    JsonLine() { *end_++ = '{'; }
    // `value` is one of our own words: it needs no escape.
    void word(std::string_view name, std::string_view value) {
        begin(name);
        *end_++ = '"';
        put(value);
        *end_++ = '"';
    }
    void number(std::string_view name, std::int64_t value) {
        begin(name);
        end_ = write_decimal(end_, value);
    }
    template <class Amount>
    void usd(std::string_view name, Amount value) {  // what write_usd() makes of it
        begin(name);
        end_ += write_usd(value, end_);
    }
    void hex(std::string_view name, std::span<const std::uint8_t> bytes) {
        static constexpr char kHex[] = "0123456789abcdef";
        begin(name);
        *end_++ = '"';
        for (const std::uint8_t byte : bytes) {
            *end_++ = kHex[byte >> 4];
            *end_++ = kHex[byte & 15];
        }
        *end_++ = '"';
    }
    void raw(std::string_view name, std::string_view json) {
        begin(name);
        put(json);
    }
    // The line with its brackets and line break; a view into this.
    std::string_view finish() {
        put("}\n");
        return {line_.data(), static_cast<std::size_t>(end_ - line_.data())};
    }

  private:
    // Of a name whose length is known where this is called, nothing is counted.
    [[gnu::always_inline]] void begin(std::string_view name) {
        *end_ = ',';
        if (end_ - line_.data() > 1) ++end_;
        *end_++ = '"';
        if (name.size() + 2 > room()) return;
        end_ = std::copy(name.begin(), name.end(), end_);
        *end_++ = '"';
        *end_++ = ':';
    }
    void put(std::string_view value) {
        const std::size_t size = std::min(value.size(), room());
        std::memcpy(end_, value.data(), size);
        end_ += size;
    }

    std::size_t room() const { return static_cast<std::size_t>(line_.data() + line_.size() - end_) - kLastBytes; }

    static constexpr std::size_t kLastBytes = 64;
    std::array<char, kMostBytes> line_;
    char* end_ = line_.data();
};

}  // namespace tollgate
