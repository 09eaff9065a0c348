// Answers that are served again to whoever asks just the same: in memory alone, bounded, each for its time. While an
// answer is made, others who ask for it may wait for it instead of having it made again. Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "accounting/money/ids.h"
#include "gateway/exchange/translated_request.h"
#include "gateway/ops/counters.h"

namespace tollgate {

// A digest of who asks and of all that decides the answer: see cache_key.h.
struct CacheKey {
    std::array<unsigned char, 32> digest{};
    bool operator==(const CacheKey&) const = default;
};
struct CacheKeyHash {
    std::size_t operator()(const CacheKey& key) const {
        std::size_t hash = 0;
        std::memcpy(&hash, key.digest.data(), sizeof hash);
        return hash;
    }
};

struct CachedAnswer {
    Id128 organization = {};
    Id128 request = {};                                   // that it was made for
    std::string model = {}, provider = {};                // that made it
    bool event_stream = false;                            // as its provider labelled it
    bool binary_events = false;                           // in AWS's framing
    std::shared_ptr<TranslatedRequest> translation = {};  // of the request that made it; null: it passed
    std::string body = {};                                // as its provider sent it, decoded
    std::int64_t stored_ms = 0, expires_ms = 0;           // monotonic

    static constexpr std::size_t kOverheadBytes = 512;  // of an answer, in the cache's own lists
    std::size_t bytes() const { return body.size() + model.size() + provider.size() + kOverheadBytes; }
};

class ResponseCache {
  public:
    // What an organization's answers may take: one of so many parts of the memory. Those of others stay.
    static constexpr std::size_t kPartsForOthers = 2;
    // What bodies may take before they are answers: one of so many parts, beside the memory for answers.
    static constexpr std::size_t kPartsForBodies = 4;

    struct Limits {
        std::size_t max_bytes = 0;         // 0: nothing is kept, and nobody waits
        std::size_t max_answer_bytes = 0;  // of one body
        std::size_t max_waiting = 0;       // requests
    };
    using Answer = std::shared_ptr<const CachedAnswer>;

  private:
    struct Making {
        bool over = false;
        Answer answer;                           // null: none came, or none that may be kept
        std::list<std::function<void()>> wakes;  // of those who wait
    };

  public:
    // The right to make an answer. Those who wait for it are told when it ends, with an answer or without.
    class Turn {
      public:
        Turn() = default;
        Turn(Turn&& other) noexcept { swap(other); }
        Turn& operator=(Turn&& other) noexcept {
            Turn(std::move(other)).swap(*this);
            return *this;
        }
        ~Turn() { end({}); }

        explicit operator bool() const { return cache_ != nullptr; }
        // Keeps the answer and ends the turn. Null: there is none.
        void end(Answer answer);

      private:
        friend class ResponseCache;
        Turn(ResponseCache& cache, const CacheKey& key, std::shared_ptr<Making> making)
            : cache_(&cache), key_(key), making_(std::move(making)) {}
        void swap(Turn& other) noexcept {
            std::swap(cache_, other.cache_);
            std::swap(key_, other.key_);
            std::swap(making_, other.making_);
        }

        ResponseCache* cache_ = nullptr;
        CacheKey key_;
        std::shared_ptr<Making> making_;  // null: nobody can wait for it
    };

    // A place among those who wait for somebody's turn to end.
    class Wait {
      public:
        Wait() = default;
        Wait(Wait&& other) noexcept { swap(other); }
        Wait& operator=(Wait&& other) noexcept {
            Wait(std::move(other)).swap(*this);
            return *this;
        }
        ~Wait() { leave(); }

        explicit operator bool() const { return cache_ != nullptr; }
        bool over() const;
        Answer answer() const;  // once it is over
        void leave();

      private:
        friend class ResponseCache;
        void swap(Wait& other) noexcept {
            std::swap(cache_, other.cache_);
            std::swap(making_, other.making_);
            std::swap(place_, other.place_);
        }

        ResponseCache* cache_ = nullptr;
        std::shared_ptr<Making> making_;
        std::list<std::function<void()>>::iterator place_;
    };

    // One of the three.
    struct Found {
        Answer answer;
        Wait wait;
        Turn turn;
    };

    explicit ResponseCache(const Limits& limits) : limits_(limits) {}
    ResponseCache(const ResponseCache&) = delete;
    ResponseCache& operator=(const ResponseCache&) = delete;

    bool enabled() const { return limits_.max_bytes > 0; }
    std::size_t max_answer_bytes() const { return limits_.max_answer_bytes; }

    // `wake` is called, under the cache's lock, when whom the caller waits for is done: it must only post.
    Found look(const CacheKey& key, std::int64_t now_ms, std::function<void()> wake);
    // A turn without a look: what is kept is replaced.
    Turn make_anew(const CacheKey& key);

    // Room for a body that is gathered: from `held` bytes to `bytes`. False: there is none.
    bool grow_body(std::size_t held, std::size_t bytes);
    void give_back_body(std::size_t held) { bodies_.fetch_sub(held, std::memory_order_relaxed); }

    const ResponseCacheCounters& counters() const { return counters_; }

  private:
    using Order = std::list<const CacheKey*>;  // the one that was used last comes first
    struct Kept {
        Answer answer;
        Order::iterator place, own_place;
    };
    struct Own {  // of one organization
        Order order;
        std::size_t bytes = 0;
    };
    using AllKept = std::unordered_map<CacheKey, Kept, CacheKeyHash>;

    Answer find(const CacheKey& key, std::int64_t now_ms);
    void keep(const CacheKey& key, Answer answer);
    void make_room(const Id128& organization, std::size_t bytes);
    void remove(AllKept::iterator kept);
    void count();

    const Limits limits_;
    std::atomic<std::size_t> bodies_{0};
    mutable std::mutex mutex_;  // guards all that follows
    AllKept kept_;
    Order order_;
    std::unordered_map<Id128, Own, Id128Hash> own_;
    std::unordered_map<CacheKey, std::shared_ptr<Making>, CacheKeyHash> making_;
    std::size_t bytes_ = 0, waiting_ = 0;
    ResponseCacheCounters counters_;
};

}  // namespace tollgate
