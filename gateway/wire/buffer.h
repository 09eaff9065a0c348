// A byte queue in one growable block, with the padding after its end that simdjson reads (never uses). One owner.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

namespace tollgate::wire {

class Buffer {
  public:
    static constexpr std::size_t kPadding = 64;  // >= simdjson::SIMDJSON_PADDING

    explicit Buffer(std::size_t capacity) { reserve(capacity); }
    ~Buffer() { std::free(block_); }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;

    char* data() { return block_ + begin_; }
    const char* data() const { return block_ + begin_; }
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }
    std::size_t capacity() const { return capacity_; }
    std::string_view view() const { return {data(), size()}; }

    // Room behind the bytes in hand; at least `least` after the call.
    char* room(std::size_t least) {
        if (capacity_ - end_ < least) make_room(least);
        return block_ + end_;
    }
    std::size_t room_size() const { return capacity_ - end_; }
    void produced(std::size_t bytes) { end_ += bytes; }

    void consume(std::size_t bytes) {
        begin_ += bytes;
        if (begin_ == end_) begin_ = end_ = 0;
    }
    // Removes `bytes` at `offset` from the middle.
    void cut(std::size_t offset, std::size_t bytes) {
        std::memmove(data() + offset, data() + offset + bytes, size() - offset - bytes);
        end_ -= bytes;
    }
    void clear() { begin_ = end_ = 0; }

    // Gives memory back once a large message is over.
    void shrink_to(std::size_t capacity) {
        if (capacity_ <= capacity || size() > capacity) return;
        compact();
        set_capacity(capacity);
    }
    void reserve(std::size_t capacity) {
        if (capacity > capacity_) set_capacity(capacity);
    }

  private:
    void compact() {
        if (begin_ == 0) return;
        std::memmove(block_, block_ + begin_, size());
        end_ -= begin_;
        begin_ = 0;
    }
    void make_room(std::size_t least) {
        compact();
        if (capacity_ - end_ >= least) return;
        std::size_t wanted = capacity_ * 2;
        if (wanted < end_ + least) wanted = end_ + least;
        set_capacity(wanted);
    }
    void set_capacity(std::size_t capacity) {
        auto* const block = static_cast<char*>(std::realloc(block_, capacity + kPadding));
        if (block == nullptr) throw std::bad_alloc();
        block_ = block;
        capacity_ = capacity;
    }

    char* block_ = nullptr;
    std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace tollgate::wire
