#include "accounting/secrets/locked_bytes.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

namespace tollgate {
namespace {

// A process may usually lock 64 KiB. What is larger is an answer that leaves through ordinary buffers anyway.
constexpr std::size_t kMostLockedBytes = 8192;

}  // namespace

Result<LockedBytes> LockedBytes::make(std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t mapped = (std::max<std::size_t>(size, 1) + page - 1) / page * page;
    void* const memory = ::mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return failure(StatusCode::io, "no memory for a secret: " + std::string(std::strerror(errno)));
    if (size <= kMostLockedBytes && ::mlock(memory, mapped) != 0) {
        const std::string why = std::strerror(errno);
        ::munmap(memory, mapped);
        return failure(StatusCode::io, "memory for a secret cannot be locked (RLIMIT_MEMLOCK, LimitMEMLOCK): " + why);
    }
    (void)::madvise(memory, mapped, MADV_DONTDUMP);
    return LockedBytes(static_cast<std::uint8_t*>(memory), size, mapped);
}

LockedBytes::LockedBytes(LockedBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      mapped_(std::exchange(other.mapped_, 0)) {}

LockedBytes& LockedBytes::operator=(LockedBytes&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(mapped_, other.mapped_);
    return *this;
}

LockedBytes::~LockedBytes() {
    if (data_ == nullptr) return;
    OPENSSL_cleanse(data_, mapped_);
    ::munmap(data_, mapped_);  // unlocks, too
}

void LockedBytes::shorten_to(std::size_t size) { size_ = std::min(size_, size); }

}  // namespace tollgate
