// Collects text of many small parts and appends it to a string at once: each append to a string costs as much as some
// forty bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/text/decimal.h"

namespace tollgate {

class BufferedText {
  public:
    explicit BufferedText(std::string& out) : out_(out) {}
    ~BufferedText() { flush(); }
    BufferedText(const BufferedText&) = delete;
    BufferedText& operator=(const BufferedText&) = delete;

    BufferedText& operator+=(std::string_view text) {
        if (text.size() > room()) {
            flush();
            if (text.size() > room()) {
                out_ += text;
                return *this;
            }
        }
        end_ = std::copy(text.begin(), text.end(), end_);
        return *this;
    }
    BufferedText& operator+=(char c) { return *this += std::string_view(&c, 1); }
    void number(std::int64_t number) {
        if (room() < kMostDecimalBytes) flush();
        end_ = write_decimal(end_, number);
    }

  private:
    static constexpr std::size_t kBytes = 1024;

    std::size_t room() const { return static_cast<std::size_t>(text_.data() + text_.size() - end_); }
    void flush() {
        out_.append(text_.data(), end_);
        end_ = text_.data();
    }

    std::string& out_;
    std::array<char, kBytes> text_;  // NOLINT(cppcoreguidelines-pro-type-member-init): written before it is read
    char* end_ = text_.data();
};

}  // namespace tollgate
