// An organization's requests, one by one.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/usage_names.h"

namespace tollgate {

ApiAnswer list_activity(Call& call);

// Of kActivityFilterFields. Whoever may see only his own gets no other.
UsageFilter read_activity_filter(Call& call);
// A request as kActivity has it.
Columns activity_columns(const StoredRequest& request, UsageNames& names);

inline constexpr std::array kActivityPageQueryFields = {
    kPageLimit,
    fields::text("cursor").note("The next_cursor or previous_cursor of another page of the same filter and time"),
    kFormatField,
    kFromField,
    kToField,
};
inline constexpr std::array kActivityOwnFilterFields = {
    fields::text("status").one_of("success|client_error|server_error|cancelled"),
    fields::text("user"),
    fields::text("session_id"),
    fields::text("app"),
    fields::text("tag"),
    fields::text("git_organization"),
    fields::text("git_repository"),
};
inline constexpr auto kActivityFilterFields = joined(kActivityOwnFilterFields, kFilterFields);
inline constexpr auto kActivityQueryFields = joined(kActivityPageQueryFields, kActivityFilterFields);
inline constexpr Schema kActivityQuery{"ActivityQuery", kActivityQueryFields};

inline constexpr std::array kActivityRequestFields = {
    fields::text("id"),
    fields::time("created_at"),
    fields::time("settled_at"),
    fields::text("model").or_null(),
    fields::text("model_asked").or_null(),
    fields::text("provider_name").or_null(),
    fields::text("api_type"),
    fields::flag("streamed"),
    fields::flag("cancelled"),
    fields::text("finish_reason").or_null(),
    fields::integer("http_status"),
    fields::integer("upstream_status"),
    fields::text("error").or_null(),
    fields::integer("tokens_prompt"),
    fields::integer("tokens_completion"),
    fields::integer("tokens_reasoning"),
    fields::integer("tokens_cached"),
    fields::integer("tokens_cache_write"),
    fields::integer("tokens_cache_write_1h"),
    fields::usd("usage"),
    fields::usd("charged"),
    fields::usd("upstream_inference_cost"),
    fields::text("usage_source"),
    fields::flag("usage_contradictory"),
    fields::flag("is_byok"),
    fields::flag("cache_hit"),
    fields::integer("latency").note("Milliseconds"),
    fields::integer("time_to_first_token").or_null(),
    fields::integer("tokens_per_second").or_null(),
};
inline constexpr std::array kActivityAttributionFields = {
    fields::text("external_user").or_null(),
    fields::text("session_id").or_null(),
    fields::text("http_referer").or_null(),
    fields::text("app_title").or_null(),
    fields::text("tags").or_null().note("Sorted, with commas between"),
};
inline constexpr auto kActivityFields = joined(kActivityRequestFields, kProjectColumns, kKeyColumns, kMemberColumns,
                                               kActivityAttributionFields, kGitColumns);
inline constexpr Schema kActivity{"Activity", kActivityFields};
inline constexpr std::array kActivityPageFields = {
    fields::list("data", kActivity), kNextCursor,
    fields::text("previous_cursor").or_null().note("Of the page of newer requests; null: there were none"),
    fields::flag("partial").note("The page ended because it looked at many requests, not because it is full")};
inline constexpr Schema kActivityPage{"ActivityPage", kActivityPageFields};

}  // namespace tollgate
