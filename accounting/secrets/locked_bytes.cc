#include "accounting/secrets/locked_bytes.h"

#include <openssl/crypto.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace tollgate {
namespace {

// A process may usually lock 64 KiB. What is larger is an answer that leaves through ordinary buffers anyway.
constexpr std::size_t kMostLockedBytes = 8192;

std::size_t page_bytes() {
    static const auto kBytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return kBytes;
}

std::unexpected<Status> no_memory(const std::string& what) {
    return std::unexpected(Status(StatusCode::io, what + std::strerror(errno), kNoLockedMemory));
}

Result<std::uint8_t*> map_pages(std::size_t bytes, bool locked) {
    void* const memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return no_memory("no memory for a secret: ");
    if (locked && ::mlock(memory, bytes) != 0) {
        auto failed = no_memory("memory for a secret cannot be locked (RLIMIT_MEMLOCK, LimitMEMLOCK): ");
        ::munmap(memory, bytes);
        return failed;
    }
    (void)::madvise(memory, bytes, MADV_DONTDUMP);
    return static_cast<std::uint8_t*>(memory);
}

// Few pages may be locked, and most secrets are much smaller than one: those of about a size share pages. Any thread.
class SharedPages {
  public:
    static SharedPages& all() {
        static SharedPages pages;
        return pages;
    }

    // Of the secret's slot; 0: it gets pages of its own.
    static std::size_t slot_bytes(std::size_t size) {
        constexpr std::size_t kMostSlots = 64;  // of a page: one word says which are taken
        const std::size_t bytes = std::bit_ceil(std::max(size, page_bytes() / kMostSlots));
        return bytes > page_bytes() / 2 ? 0 : bytes;
    }

    Result<std::uint8_t*> take(std::size_t slot) {
        const std::lock_guard lock(mutex_);
        std::vector<Page>& pages = pages_[slot];
        const std::uint64_t all_taken = ~std::uint64_t{0} >> (64 - page_bytes() / slot);
        auto page = std::ranges::find_if(pages, [all_taken](const Page& one) { return one.taken != all_taken; });
        if (page == pages.end()) {
            auto memory = map_pages(page_bytes(), true);
            if (!memory) return memory;
            page = pages.insert(pages.end(), {*memory, 0});
        }
        const int free = std::countr_one(page->taken);
        page->taken |= std::uint64_t{1} << free;
        return page->memory + static_cast<std::size_t>(free) * slot;
    }

    // Wiped already.
    void give_back(std::uint8_t* at, std::size_t slot) {
        const std::lock_guard lock(mutex_);
        std::vector<Page>& pages = pages_[slot];
        const auto page = std::ranges::find_if(pages, [at](const Page& one) {
            const std::less<> before;
            return !before(at, one.memory) && before(at, one.memory + page_bytes());
        });
        page->taken &= ~(std::uint64_t{1} << static_cast<std::size_t>(at - page->memory) / slot);
        if (page->taken != 0) return;
        ::munmap(page->memory, page_bytes());  // unlocks, too
        pages.erase(page);
    }

  private:
    struct Page {
        std::uint8_t* memory;
        std::uint64_t taken;  // slots
    };
    std::mutex mutex_;
    std::map<std::size_t, std::vector<Page>> pages_;  // by the size of their slots
};

}  // namespace

Result<LockedBytes> LockedBytes::make(std::size_t size) {
    if (const std::size_t slot = SharedPages::slot_bytes(size); slot != 0) {
        const auto memory = SharedPages::all().take(slot);
        if (!memory) return std::unexpected(memory.error());
        return LockedBytes(*memory, size, slot);
    }
    const std::size_t mapped = (size + page_bytes() - 1) / page_bytes() * page_bytes();
    const auto memory = map_pages(mapped, size <= kMostLockedBytes);
    if (!memory) return std::unexpected(memory.error());
    return LockedBytes(*memory, size, mapped);
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
    if (mapped_ < page_bytes()) {
        SharedPages::all().give_back(data_, mapped_);
    } else {
        ::munmap(data_, mapped_);  // unlocks, too
    }
}

void LockedBytes::shorten_to(std::size_t size) { size_ = std::min(size_, size); }

}  // namespace tollgate
