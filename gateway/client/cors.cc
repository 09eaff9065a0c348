#include "gateway/client/cors.h"

#include <algorithm>
#include <array>

#include "gateway/wire/http_head.h"

namespace tollgate {
namespace {

constexpr std::string_view kExposed =
    "access-control-expose-headers: x-request-id, x-generation-id, x-tollgate-organization, x-tollgate-routed-by, "
    "x-tollgate-provider, x-tollgate-model, x-tollgate-max-tokens, x-tollgate-overhead-us, x-ratelimit-limit-requests, "
    "x-ratelimit-remaining-requests, x-ratelimit-reset-requests, x-ratelimit-limit-tokens, "
    "x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens, x-openrouter-cache-status, x-openrouter-cache-ttl, "
    "x-openrouter-cache-age, x-openrouter-cache-source-id, retry-after, retry-after-ms, x-should-retry, etag\r\n";
constexpr std::string_view kMaxAge = "access-control-max-age: 7200\r\n";  // seconds; browsers keep it no longer

// What a page may send: what the gateway reads, and what the official SDKs add.
constexpr std::array<std::string_view, 25> kFields = {"accept",
                                                      "authorization",
                                                      "cache-control",
                                                      "content-encoding",
                                                      "content-type",
                                                      "http-referer",
                                                      "idempotency-key",
                                                      "if-match",
                                                      "openai-beta",
                                                      "openai-organization",
                                                      "openai-project",
                                                      "traceparent",
                                                      "tracestate",
                                                      "x-api-key",
                                                      "x-openrouter-title",
                                                      "x-git-host",
                                                      "x-git-organization",
                                                      "x-git-provider",
                                                      "x-git-repository",
                                                      "x-org-id",
                                                      "x-title",
                                                      "x-tollgate-tags",
                                                      "x-openrouter-cache",
                                                      "x-openrouter-cache-ttl",
                                                      "x-openrouter-cache-clear"};
constexpr std::string_view kSdkPrefix = "x-stainless-";
constexpr std::size_t kMostFieldsAnswered = 64;

std::string lower(std::string_view text) {
    std::string out(text);
    for (char& letter : out) {
        if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter + ('a' - 'A'));
    }
    return out;
}

bool is_name(std::string_view text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

// Of a list of names, those that may be sent.
std::string safe_fields(std::string_view requested) {
    std::string safe;
    for (std::size_t count = 0; !requested.empty() && count < kMostFieldsAnswered; ++count) {
        const std::size_t end = std::min(requested.find(','), requested.size());
        std::string_view one = requested.substr(0, end);
        requested.remove_prefix(std::min(end + 1, requested.size()));
        while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
        while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
        const std::string name = lower(one);
        const bool known =
            std::ranges::find(kFields, name) != kFields.end() || (name.starts_with(kSdkPrefix) && is_name(name));
        if (known) safe.append(safe.empty() ? "" : ", ").append(name);
    }
    return safe;
}

std::string_view allowed_as(std::span<const std::string> allowed, const CrossOriginRequest& request) {
    if (std::ranges::find(allowed, request.origin) != allowed.end()) return request.origin;
    const bool any = std::ranges::find(allowed, kAnyOrigin) != allowed.end();
    return any && request.path.starts_with("/v1/") ? kAnyOrigin : std::string_view();
}

}  // namespace

std::string cors_fields(std::span<const std::string> allowed, const CrossOriginRequest& request, const Route& route) {
    if (request.origin.empty()) return {};
    const bool preflight = request.method == "OPTIONS" && !request.requested_method.empty();
    std::string out = preflight ? "vary: origin, access-control-request-headers\r\n" : "vary: origin\r\n";
    const std::string_view origin = allowed_as(allowed, request);
    if (origin.empty()) return out;
    out.append("access-control-allow-origin: ").append(origin).append("\r\n");
    if (!preflight) return out.append(kExposed);
    out.append("access-control-allow-methods: ").append(route.allow()).append("\r\n");
    if (const std::string fields = safe_fields(request.requested_fields); !fields.empty()) {
        out.append("access-control-allow-headers: ").append(fields).append("\r\n");
    }
    return out.append(kMaxAge);
}

}  // namespace tollgate
