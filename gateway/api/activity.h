// An organization's requests, one by one.
#pragma once

#include <array>

#include "gateway/api/call.h"
#include "gateway/api/paging.h"
#include "gateway/api/usage_table.h"

namespace tollgate {

ApiAnswer list_activity(Call& call);

inline constexpr std::array kActivityQueryFields = {
    kPageLimit,
    kPageCursor,
    kFormatField,
    kFromField,
    kToField,
    kFilterFields[0],
    kFilterFields[1],
    kFilterFields[2],
    kFilterFields[3],
    kFilterFields[4],
    fields::text("status").one_of("success|client_error|server_error|cancelled"),
    fields::text("user"),
    fields::text("session_id"),
    fields::text("app"),
};
inline constexpr Schema kActivityQuery{"ActivityQuery", kActivityQueryFields};

inline constexpr std::array kActivityFields = {
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
    fields::uuid("project_id").or_null(),
    fields::uuid("member_id").or_null(),
    fields::key_hash("key_hash"),
    fields::text("external_user").or_null(),
    fields::text("session_id").or_null(),
    fields::text("http_referer").or_null(),
    fields::text("app_title").or_null(),
};
inline constexpr Schema kActivity{"Activity", kActivityFields};
inline constexpr std::array kActivityPageFields = {fields::list("data", kActivity), kNextCursor};
inline constexpr Schema kActivityPage{"ActivityPage", kActivityPageFields};

}  // namespace tollgate
