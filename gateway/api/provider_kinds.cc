#include "gateway/api/provider_kinds.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

constexpr std::array<ProviderKind, 8> kKinds = {{
    {.name = "openai", .base_url = "https://api.openai.com/v1"},
    {.name = "anthropic", .base_url = "https://api.anthropic.com/v1", .trial = TrialDialect::anthropic},
    {.name = "google-ai-studio", .base_url = "https://generativelanguage.googleapis.com/v1beta/openai"},
    {.name = "google-vertex",
     .base_url = "https://{region}-aiplatform.googleapis.com/v1",
     .region = Need::required,
     .project = Need::required,
     .trial = std::nullopt},
    {.name = "amazon-bedrock",
     .base_url = "https://bedrock-runtime.{region}.amazonaws.com",
     .region = Need::required,
     .trial = std::nullopt},
    {.name = "azure",
     .base_url = "https://{resource}.openai.azure.com/openai",
     .resource = Need::required,
     .deployment = Need::optional,
     .trial = TrialDialect::azure},
    {.name = "alibaba", .base_url = "https://dashscope-intl.aliyuncs.com/compatible-mode/v1"},
    {.name = "custom", .base_url = {}},
}};
// Google Cloud's, which has no region in its host.
constexpr std::string_view kGlobalRegion = "global", kGlobalPrefix = "{region}-";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

// A label of a host: what stands there decides where the secret goes.
bool is_label(std::string_view text) {
    return text.front() != '-' && text.back() != '-' &&
           std::ranges::all_of(text, [](char c) { return is_letter(c) || c == '-'; });
}

bool is_segment(std::string_view text) {
    return text.front() != '.' && std::ranges::all_of(text, [](char c) {
               return is_letter(c) || c == '-' || c == '_' || c == '.' || c == ':';
           });
}

Status check_part(const ProviderKind* kind, std::string_view name, Need need, const std::string& value,
                  bool (*is_good)(std::string_view), std::string_view shape) {
    const std::string of = kind == nullptr ? "this provider" : std::string(kind->name);
    if (value.empty()) {
        if (need != Need::required) return {};
        return {StatusCode::invalid, std::string(name) + ": is required for " + of};
    }
    if (need == Need::no) return {StatusCode::invalid, std::string(name) + ": is nothing that a key of " + of + " has"};
    if (value.size() <= kMaxPlaceBytes && is_good(value)) return {};
    return {StatusCode::invalid,
            std::string(name) + ": must be at most " + std::to_string(kMaxPlaceBytes) + " " + std::string(shape)};
}

void replace(std::string& text, std::string_view what, std::string_view with) {
    if (const auto at = text.find(what); at != std::string::npos) text.replace(at, what.size(), with);
}

}  // namespace

std::span<const ProviderKind> provider_kinds() { return kKinds; }

const ProviderKind* find_provider_kind(std::string_view name) {
    const auto found = std::ranges::find(kKinds, name, &ProviderKind::name);
    return found == kKinds.end() ? nullptr : &*found;
}

Status check_place(const ProviderKind* kind, const ProviderPlace& place) {
    static constexpr ProviderKind kNothing{.name = {}, .base_url = {}};
    constexpr std::string_view kLabel = "letters, digits and dashes",
                               kSegment = "letters, digits, '-', '_', '.' and ':'";
    const ProviderKind& needs = kind == nullptr ? kNothing : *kind;
    Status status = check_part(kind, "region", needs.region, place.region, is_label, kLabel);
    if (status.ok()) status = check_part(kind, "resource", needs.resource, place.resource, is_label, kLabel);
    if (status.ok()) {
        status = check_part(kind, "deployment", needs.deployment, place.deployment, is_segment, kSegment);
    }
    if (status.ok()) status = check_part(kind, "project", needs.project, place.project, is_segment, kSegment);
    return status;
}

std::string base_url_of(const ProviderKind& kind, const ProviderPlace& place) {
    std::string url(kind.base_url);
    if (place.region == kGlobalRegion) replace(url, kGlobalPrefix, "");
    replace(url, "{region}", place.region);
    replace(url, "{resource}", place.resource);
    return url;
}

}  // namespace tollgate
