#include "gateway/chat/dialect/paid_extras.h"

#include <algorithm>
#include <array>

namespace tollgate {
namespace {

using simdjson::dom::element;

constexpr std::string_view kWebSearch = "web_search";

// Tools that the client itself runs.
constexpr std::array<std::string_view, 2> kClientTools = {"function", "custom"};
constexpr std::array<std::string_view, 6> kOrdinaryTiers = {"auto",          "default", "standard",
                                                            "standard_only", "flex",    "on_demand"};  // Groq's
// Fields that make the provider search: OpenAI's, xAI's, Alibaba's. Read 2026-11.
constexpr std::array<std::string_view, 3> kSearchFields = {"web_search_options", "search_parameters", "enable_search"};
// Gemini's tools have no type: their only member names them. https://ai.google.dev/gemini-api/docs/pricing, 2026-11.
constexpr std::array<std::string_view, 6> kUntypedSearchTools = {
    "google_search", "googleSearch", "google_search_retrieval", "googleSearchRetrieval", "google_maps", "googleMaps"};

void add(std::string_view name, std::vector<std::string>& names) {
    const std::string_view kept = name.substr(0, kMostExtraNameBytes);
    if (names.size() < kMostExtraNames && std::ranges::find(names, kept) == names.end()) names.emplace_back(kept);
}

// Versions of a tool have one price: "web_search_preview_2025_03_11", "code_execution_20250825".
std::string_view without_version(std::string_view type) {
    if (type.starts_with(kWebSearch)) return kWebSearch;
    const std::size_t digits = type.find_last_not_of("0123456789_");
    return digits + 1 < type.size() && type[digits + 1] == '_' ? type.substr(0, digits + 1) : type;
}

void note_tool(const element& tool, PaidExtras& extras) {
    simdjson::dom::object object;
    if (tool.get(object) != simdjson::SUCCESS) return;
    std::string_view type;
    if (object["type"].get(type) == simdjson::SUCCESS) {
        if (std::ranges::find(kClientTools, type) == kClientTools.end())
            add(without_version(type), extras.server_tools);
        return;
    }
    for (const std::string_view name : kUntypedSearchTools) {
        element ignored;
        if (object[name].get(ignored) == simdjson::SUCCESS) add(kWebSearch, extras.server_tools);
    }
}

// null, false and {"mode": "off"} ask for nothing.
bool asks_to_search(const element& value) {
    bool flag = false;
    if (value.get(flag) == simdjson::SUCCESS) return flag;
    std::string_view mode;
    simdjson::dom::object object;
    const bool has_mode = value.get(object) == simdjson::SUCCESS && object["mode"].get(mode) == simdjson::SUCCESS;
    return !value.is_null() && !(has_mode && mode == "off");
}

}  // namespace

void note_paid_extras(std::string_view key, const element& value, PaidExtras& extras) {
    simdjson::dom::array list;
    std::string_view text;
    if (key == "service_tier") {
        if (value.get(text) != simdjson::SUCCESS) return;
        const bool ordinary = text.empty() || std::ranges::find(kOrdinaryTiers, text) != kOrdinaryTiers.end();
        if (!ordinary) extras.service_tier = text.substr(0, kMostExtraNameBytes);
    } else if (key == "tools") {
        if (value.get(list) != simdjson::SUCCESS) return;
        for (const element tool : list) note_tool(tool, extras);
    } else if (key == "modalities") {
        if (value.get(list) != simdjson::SUCCESS) return;
        for (const element modality : list) {
            if (modality.get(text) == simdjson::SUCCESS && text != "text") add(text, extras.outputs);
        }
    } else if (std::ranges::find(kSearchFields, key) != kSearchFields.end() && asks_to_search(value)) {
        add(kWebSearch, extras.server_tools);
    }
}

}  // namespace tollgate
