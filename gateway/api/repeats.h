// What a cache of whole answers would have served: requests that came again, byte for byte, while an answer to the
// first one would have been kept. Known of requests with digests (gateway/exchange/request_digest.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "accounting/usage/usage_index.h"
#include "gateway/api/call.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

inline constexpr std::size_t kMostRequestsCompared = 100'000;  // the newest ones
inline constexpr std::uint32_t kMostCacheSeconds = 86'400, kUsualCacheSeconds = 300;

struct Repeats {
    std::int64_t compared = 0;  // requests with a digest
    std::int64_t repeated = 0;  // of them
    std::int64_t prompt_tokens = 0, completion_tokens = 0;
    NanoUsd cost = {};
    std::int64_t from_ms = 0;  // since when requests were compared
    bool partial = false;      // there are older ones
};
// Of the requests that the query lists; its cursor and limit are not used. An answer is kept for so long after it was
// complete, and only a whole one is; what it serves keeps it no longer.
Result<Repeats> find_repeats(UsageIndex& usage, UsageListQuery query, std::int64_t cache_ms);

void write_repeats(const Repeats& repeats, bool measured, std::uint32_t cache_seconds, JsonWriter& json);

inline constexpr std::array kRepeatsFields = {
    fields::flag("measured").note("Whether digests of requests are kept now: see activity/settings"),
    fields::integer("cache_seconds").note("How long the cache would have kept an answer"),
    fields::time("from").note("Since when requests were compared"),
    fields::integer("requests").note("That have a digest"),
    fields::integer("repeated").note("Of them, those that the cache would have served"),
    fields::number("share"),
    fields::integer("prompt_tokens"),
    fields::integer("completion_tokens"),
    fields::usd("usage").note("What those that it would have served cost"),
    fields::flag("partial").note("There are older ones that were not compared"),
};
inline constexpr Schema kRepeats{"Repeats", kRepeatsFields};

}  // namespace tollgate
