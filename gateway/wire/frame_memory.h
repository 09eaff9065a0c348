// Memory of coroutine frames. A request makes a dozen, in a few sizes. Asio keeps a handful a thread and searches it
// frame by frame: with 64 connections at work, six of them a request came from malloc.
#pragma once

#include <array>
#include <boost/asio/detail/thread_info_base.hpp>
#include <cstddef>
#include <new>
#include <utility>

namespace tollgate::wire {

// Free frames of one thread, by size. Larger ones than kMostBytes, and those of a thread that has none of these, are
// the heap's.
class FrameMemory {
  public:
    static constexpr std::size_t kStepBytes = 64;    // sizes are rounded up to it
    static constexpr std::size_t kMostBytes = 2048;  // of a frame
    static constexpr std::size_t kMostKeptBytes = std::size_t{16} << 20;

    FrameMemory() = default;
    ~FrameMemory();
    FrameMemory(const FrameMemory&) = delete;
    FrameMemory& operator=(const FrameMemory&) = delete;

    void* take(std::size_t bytes);
    void give(void* frame, std::size_t bytes);

    // This thread's while it lives. Frames may outlive it, and be freed by any thread.
    class Scope {
      public:
        explicit Scope(FrameMemory& memory) { current = &memory; }
        ~Scope() { current = nullptr; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;
    };

    static void* allocate(std::size_t bytes) {
        if (current != nullptr) return current->take(bytes);
        return ::operator new(bytes > kMostBytes ? bytes : bytes_of(index_of(bytes)));  // another thread may keep it
    }
    static void deallocate(void* frame, std::size_t bytes) {
        current != nullptr ? current->give(frame, bytes) : ::operator delete(frame);
    }

  private:
    struct Free {
        Free* next;
    };
    static constexpr std::size_t kSizes = kMostBytes / kStepBytes;
    static std::size_t index_of(std::size_t bytes) { return (bytes - 1) / kStepBytes; }
    static std::size_t bytes_of(std::size_t index) { return (index + 1) * kStepBytes; }

    static constinit inline thread_local FrameMemory* current = nullptr;

    std::array<Free*, kSizes> free_{};
    std::size_t kept_bytes_ = 0;
};

inline FrameMemory::~FrameMemory() {
    for (Free* frame : free_) {
        while (frame != nullptr) ::operator delete(std::exchange(frame, frame->next));
    }
}

inline void* FrameMemory::take(std::size_t bytes) {
    if (bytes > kMostBytes) return ::operator new(bytes);
    const std::size_t index = index_of(bytes);
    Free*& first = free_[index];
    if (first == nullptr) return ::operator new(bytes_of(index));
    kept_bytes_ -= bytes_of(index);
    return std::exchange(first, first->next);
}

inline void FrameMemory::give(void* frame, std::size_t bytes) {
    const std::size_t index = index_of(bytes);
    if (bytes > kMostBytes || kept_bytes_ + bytes_of(index) > kMostKeptBytes) return ::operator delete(frame);
    kept_bytes_ += bytes_of(index);
    free_[index] = new (frame) Free{free_[index]};
}

}  // namespace tollgate::wire

// Sanitizers are to see each frame come and go.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
namespace boost::asio::detail {

template <>
inline void* thread_info_base::allocate(awaitable_frame_tag, thread_info_base*, std::size_t bytes, std::size_t) {
    return tollgate::wire::FrameMemory::allocate(bytes);
}

template <>
inline void thread_info_base::deallocate(awaitable_frame_tag, thread_info_base*, void* frame, std::size_t bytes) {
    tollgate::wire::FrameMemory::deallocate(frame, bytes);
}

}  // namespace boost::asio::detail
#endif
