// How one request uses the cache of answers.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "accounting/money/ids.h"
#include "gateway/exchange/response_cache.h"

namespace tollgate {

// What a client asks of the cache, by OpenRouter's fields X-OpenRouter-Cache, -TTL and -Clear.
struct CacheFields {
    static constexpr std::int64_t kDefaultTtlS = 300, kLeastTtlS = 1, kMostTtlS = 86400;

    bool told = false;  // whether it is wanted; else a preset may say it
    bool wanted = false;
    bool clear = false;  // what is kept is not looked at, and replaced
    bool ttl_told = false;
    std::int64_t ttl_s = kDefaultTtlS;
    bool operator==(const CacheFields&) const = default;
};

// The body of an answer on its way to the client: gathered, if there is room for it, to be kept.
class GatheredBody {
  public:
    explicit GatheredBody(ResponseCache& cache) : cache_(cache) {}
    ~GatheredBody() { forget(); }
    GatheredBody(const GatheredBody&) = delete;
    GatheredBody& operator=(const GatheredBody&) = delete;

    // A new answer: what was gathered of another one is forgotten.
    void begin() {
        forget();
        gathers_ = true;
    }
    void add(std::string_view part);
    bool whole() const { return gathers_; }  // nothing that came is missing
    // Once; nothing is gathered afterwards.
    std::string take();

  private:
    void forget();

    ResponseCache& cache_;
    bool gathers_ = false;
    std::size_t counted_ = 0;
    std::string text_;
};

struct CacheUse {
    explicit CacheUse(ResponseCache& cache) : body(cache) {}

    ResponseCache::Answer answer;  // that is sent again; null: one is made
    std::int64_t age_s = 0;        // of it
    bool event_stream = false;     // the one that is made is labelled so
    std::int64_t ttl_s = 0;        // that is left of it, or that a new one has
    ResponseCache::Turn turn;      // to make one, until it is made
    GatheredBody body;             // of the one that is made
};

// The lines that tell the client.
void append_cache_fields(const CacheUse& use, std::string& out);

}  // namespace tollgate
