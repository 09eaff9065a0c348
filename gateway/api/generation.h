// A finished request's record.
#pragma once

#include <array>

#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_generation(Call& call);

inline constexpr std::array kGenerationQueryFields = {fields::text("id").required().note("gen-… of an answer")};
inline constexpr Schema kGenerationQuery{"GenerationQuery", kGenerationQueryFields, true};

inline constexpr std::array kGenerationFields = {
    fields::text("id"),
    fields::text("request_id"),
    fields::text("upstream_id").or_null(),
    fields::time("created_at"),
    fields::text("model"),
    fields::text("model_asked"),
    fields::text("provider_name"),
    fields::text("api_type"),
    fields::flag("streamed"),
    fields::flag("cancelled"),
    fields::text("finish_reason").or_null(),
    fields::text("native_finish_reason").or_null(),
    fields::integer("latency").note("Milliseconds"),
    fields::integer("time_to_first_token").or_null(),
    fields::integer("generation_time"),
    fields::integer("tokens_prompt"),
    fields::integer("tokens_completion"),
    fields::integer("native_tokens_prompt"),
    fields::integer("native_tokens_completion"),
    fields::integer("native_tokens_reasoning"),
    fields::integer("native_tokens_cached"),
    fields::integer("native_tokens_cache_write"),
    fields::usd("usage"),
    fields::usd("total_cost"),
    fields::usd("charged"),
    fields::usd("upstream_inference_cost"),
    fields::text("usage_source"),
    fields::flag("is_byok"),
    fields::flag("usage_contradictory"),
    fields::integer("http_status"),
    fields::integer("upstream_status"),
    fields::text("error").or_null(),
    fields::uuid("organization_id"),
    fields::uuid("project_id"),
    fields::key_hash("key_hash"),
    fields::text("external_user").or_null(),
    fields::text("session_id").or_null(),
    fields::text("http_referer").or_null(),
    fields::text("app_title").or_null(),
};
inline constexpr Schema kGeneration{"Generation", kGenerationFields};
inline constexpr std::array kGenerationDataFields = {fields::object("data", kGeneration)};
inline constexpr Schema kGenerationData{"GenerationData", kGenerationDataFields};

}  // namespace tollgate
