// The one error type of the store and of accounting: what failed, for a program and for a person.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
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
    expired,  // it was there and has been dropped at the end of its retention
    stale,    // it has changed since the version that the caller named
};

class [[nodiscard]] Status {
  public:
    Status() = default;
    Status(StatusCode code, std::string message) : code_(code), message_(std::move(message)) {}

    bool ok() const { return code_ == StatusCode::ok; }
    StatusCode code() const { return code_; }
    const std::string& message() const { return message_; }

  private:
    StatusCode code_ = StatusCode::ok;
    std::string message_;
};

template <class T>
using Result = std::expected<T, Status>;

inline std::unexpected<Status> failure(StatusCode code, std::string message) {
    return std::unexpected(Status(code, std::move(message)));
}

}  // namespace tollgate
