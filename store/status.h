// The one error type of the store and of accounting: what failed, for a program and for a person.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate {

enum class StatusCode : std::uint8_t {
    ok,
    not_found,
    already_exists,
    invalid,    // bad input; the message says what and where
    locked,     // another process holds the data directory
    too_new,    // written by a newer version of the program
    corrupt,    // stored bytes fail their own checks
    full,       // a named limit is reached
    read_only,  // an earlier write failed; nothing is accepted until it is repaired
    io,
    expired,   // it was there and has been dropped at the end of its retention
    stale,     // it has changed since the version that the caller named
    conflict,  // it is well asked, but what there is forbids it; the reason says what
    denied,    // the caller may not
};

class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(StatusCode code, std::string message, std::string_view reason = {})
        : code_(code), reason_(reason), message_(std::move(message)) {}

    bool ok() const { return code_ == StatusCode::ok; }
    StatusCode code() const { return code_; }
    const std::string& message() const { return message_; }
    // A stable word for programs where the code is not enough, such as "last_owner"; empty: it is. It lives as long as
    // the program.
    std::string_view reason() const { return reason_; }

  private:
    StatusCode code_ = StatusCode::ok;
    std::string_view reason_;
    std::string message_;
};

template <class T>
using Result = std::expected<T, Status>;

inline std::unexpected<Status> failure(StatusCode code, std::string message, std::string_view reason = {}) {
    return std::unexpected(Status(code, std::move(message), reason));
}

}  // namespace tollgate
