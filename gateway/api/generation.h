// A finished request's record.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "gateway/api/call.h"
#include "gateway/api/usage_names.h"

namespace tollgate {

ApiAnswer show_generation(Call& call);
// "gen-…", as answers name a request, "req_…", as its header does, or the ULID alone.
std::optional<Id128> parse_generation_id(std::string_view text);

inline constexpr std::array kGenerationQueryFields = {fields::text("id").required().note("gen-… of an answer")};
inline constexpr Schema kGenerationQuery{"GenerationQuery", kGenerationQueryFields, true};

inline constexpr std::array kProviderResponseFields = {
    fields::text("endpoint_id"),
    fields::text("id").maybe(),
    fields::flag("is_byok"),
    fields::integer("latency"),
    fields::text("model_permaslug"),
    fields::text("provider_name"),
    fields::integer("status").or_null().note("null: there was no answer"),
};
inline constexpr Schema kProviderResponse{"ProviderResponse", kProviderResponseFields};

// Members that OpenRouter's clients demand and the gateway keeps nothing for: always null.
inline constexpr std::array kGenerationNulls = {
    fields::integer("app_id").or_null(),
    fields::usd("cache_discount").or_null(),
    fields::integer("moderation_latency").or_null(),
    fields::integer("native_tokens_completion_images").or_null(),
    fields::integer("num_fetches").or_null(),
    fields::integer("num_input_audio_prompt").or_null(),
    fields::integer("num_media_completion").or_null(),
    fields::integer("num_media_prompt").or_null(),
    fields::integer("num_search_results").or_null(),
    fields::text("preset_id").or_null(),
    fields::text("response_cache_source_id").or_null(),
    fields::text("router").or_null(),
    fields::text("service_tier").or_null(),
    fields::text("user_agent").or_null(),
    fields::text("web_search_engine").or_null(),
};

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
    fields::integer("native_tokens_cache_write_1h"),
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
    fields::text("tags").or_null(),
    fields::uuid("workspace_id").or_null().note("The project"),
    fields::text("origin").note("The app's address; empty if it named none"),
    fields::text("data_region").note("Always global: the gateway has no regions"),
    fields::list("provider_responses", kProviderResponse).note("Of the attempt that answered, or the last one"),
};
inline constexpr auto kWholeGenerationFields = joined(kGenerationFields, kGitColumns, kGenerationNulls);
inline constexpr Schema kGeneration{"Generation", kWholeGenerationFields};
inline constexpr std::array kGenerationDataFields = {fields::object("data", kGeneration)};
inline constexpr Schema kGenerationData{"GenerationData", kGenerationDataFields};

}  // namespace tollgate
