// Secrets in memory: in pages that hold nothing else, and that small ones share; in no core dump, wiped when they end,
// and not swapped out unless they are large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "store/status.h"

namespace tollgate {

inline constexpr std::string_view kNoLockedMemory = "no_locked_memory";  // reason of a Status

class LockedBytes {
  public:
    // Zeros. io, kNoLockedMemory: the memory cannot be had or locked; the message names the limit of the process that
    // forbids it.
    static Result<LockedBytes> make(std::size_t size);

    LockedBytes(LockedBytes&& other) noexcept;
    LockedBytes& operator=(LockedBytes&& other) noexcept;
    ~LockedBytes();

    std::span<std::uint8_t> bytes() { return {data_, size_}; }
    std::span<const std::uint8_t> bytes() const { return {data_, size_}; }
    std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }
    // Fewer bytes from now on; the others are wiped at the end, too.
    void shorten_to(std::size_t size);

  private:
    LockedBytes(std::uint8_t* data, std::size_t size, std::size_t mapped) : data_(data), size_(size), mapped_(mapped) {}

    std::uint8_t* data_;
    std::size_t size_;
    std::size_t mapped_;  // whole pages, or a slot of one
};

}  // namespace tollgate
