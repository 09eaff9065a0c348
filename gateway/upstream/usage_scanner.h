// Finds the usage of a JSON answer that is too large to hold, while its bytes pass: wherever it stands at the top of
// the object. Sans I/O, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/chat/reported_usage.h"

namespace tollgate {

class UsageScanner {
  public:
    void feed(std::string_view bytes);

    bool whole() const { return state_ == State::after; }  // the object came to its end, and nothing follows it
    bool has_usage() const { return has_usage_; }
    const ReportedUsage& usage() const { return usage_; }
    // Where the object `usage` stood in all bytes; both 0 without it.
    std::size_t usage_begin() const { return usage_begin_; }
    std::size_t usage_end() const { return usage_end_; }
    std::size_t bytes() const { return bytes_; }  // fed

  private:
    enum class State : std::uint8_t { before, key, value, after, broken };

    void take(char c);
    void take_structure(char c);
    void end_member();

    State state_ = State::before;
    bool in_string_ = false, escaped_ = false;
    std::size_t depth_ = 0;
    std::size_t bytes_ = 0;
    std::string key_, value_;  // of the member at the top that is passing, up to their limits
    std::size_t value_begin_ = 0;
    bool has_usage_ = false;
    ReportedUsage usage_;
    std::size_t usage_begin_ = 0, usage_end_ = 0;
};

}  // namespace tollgate
