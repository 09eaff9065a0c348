#include "gateway/chat/dialect/usage_json.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "gateway/chat/dialect/usage.h"
#include "gateway/text/json_members.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

void append_raw(std::string_view member, std::string& out) {
    if (out.back() != '{') out += ',';
    out += member;
}

void append_member(std::string_view name, std::string_view value, std::string& out) {
    append_raw("\"" + std::string(name) + "\":", out);
    out += value;
}

std::string prompt_details(const TokenCounts& counts, const UsageMembers& names) {
    std::string details = "{\"cached_tokens\":" + std::to_string(counts.cache_read);
    if (counts.cache_write > 0 || names.all_details)
        details += ",\"cache_write_tokens\":" + std::to_string(counts.cache_write);
    if (counts.cache_write_1h > 0) details += ",\"cache_write_1h_tokens\":" + std::to_string(counts.cache_write_1h);
    return details + '}';
}

std::string completion_details(const TokenCounts& counts) {
    return "{\"reasoning_tokens\":" + std::to_string(counts.reasoning) + '}';
}

// OpenAI's members that an object may lack, with what they are to say.
struct Shown {
    std::string_view name;
    std::string value;
    bool wanted;  // although the object lacks it
    bool details = false;
    bool seen = false;
};

bool agrees(std::int64_t told, std::int64_t charged) {
    return told == charged || (told == ReportedUsage::kAbsent && charged == 0);
}

// Of OpenRouter's usage: what goes with the cost.
bool is_of_payer(std::string_view name) { return name == "is_byok" || name == "cost_details"; }

// Whether details say what is charged: they may say more, and under other names.
bool details_agree(std::string_view name, std::string_view value, const TokenCounts& counts,
                   const UsageMembers& names) {
    ReportedUsage said;
    read_usage("{\"total_tokens\":0,\"" + std::string(name) + "\":" + std::string(value) + "}", said);
    if (said.unreadable_part || said.writes_contradict() || !said.openai_text) return false;
    if (name == names.prompt_details) {
        // How long it is kept may stand elsewhere.
        const bool hour = said.cache_write_1h == ReportedUsage::kAbsent || said.cache_write_1h == counts.cache_write_1h;
        return hour && agrees(said.cache_read, counts.cache_read) && agrees(said.written(), counts.cache_write);
    }
    return agrees(said.reasoning, counts.reasoning);
}

}  // namespace

std::string usage_json(const TokenCounts& counts, std::string_view cost, const UsageMembers& names) {
    std::string out = "{";
    append_member(names.prompt, std::to_string(counts.prompt), out);
    append_member(names.completion, std::to_string(counts.completion), out);
    append_member("total_tokens", std::to_string(counts.prompt + counts.completion), out);
    if (counts.cache_read > 0 || counts.cache_write > 0 || names.all_details)
        append_member(names.prompt_details, prompt_details(counts, names), out);
    if (counts.reasoning > 0 || names.all_details)
        append_member(names.completion_details, completion_details(counts), out);
    append_member("cost", cost, out);
    return out + '}';
}

bool shows(const ReportedUsage& report, const TokenCounts& counts) {
    const bool total = report.total == ReportedUsage::kAbsent || report.total == counts.prompt + counts.completion;
    return report.openai_text && !report.writes_contradict() && total && agrees(report.prompt, counts.prompt) &&
           agrees(report.completion, counts.completion) && agrees(report.cache_read, counts.cache_read) &&
           agrees(report.written(), counts.cache_write) && agrees(report.cache_write_1h, counts.cache_write_1h) &&
           agrees(report.reasoning, counts.reasoning);
}

void append_usage(std::string_view object, const ChargedUsage& charged, std::string& out, const UsageMembers& names) {
    const TokenCounts& counts = charged.counts;
    if (!charged.reported) {
        out += usage_json(counts, charged.cost, names);
        return;
    }
    std::array shown = {
        Shown{names.prompt, std::to_string(counts.prompt), true},
        Shown{names.completion, std::to_string(counts.completion), counts.completion > 0},
        Shown{"total_tokens", std::to_string(counts.prompt + counts.completion), false},
        Shown{names.prompt_details, prompt_details(counts, names), counts.cache_read + counts.cache_write > 0, true},
        Shown{names.completion_details, completion_details(counts), counts.reasoning > 0, true},
    };
    std::string fresh = "{";
    const bool tells_more = charged.cost.contains(',');
    bool changed = false;
    JsonMembers members(object, 0);
    while (const auto member = members.next()) {
        std::string unescaped_key;
        const std::string_view name = key_name(member->key.of(object), unescaped_key), value = member->value.of(object);
        if (name == "cost" || (tells_more && is_of_payer(name))) continue;
        Shown* const ours = std::ranges::find(shown, name, &Shown::name);
        if (ours == shown.end() && !may_be_value(value)) continue;
        const bool kept = ours == shown.end() || (ours->details && details_agree(name, value, counts, names));
        changed = changed || (!kept && value != ours->value);
        if (ours != shown.end() && std::exchange(ours->seen, true)) continue;
        if (kept) {
            append_raw(object.substr(member->key.begin, member->value.end - member->key.begin), fresh);
        } else {
            append_member(name, ours->value, fresh);
        }
    }
    for (const Shown& ours : shown) {
        if (ours.seen || !(ours.wanted || (changed && ours.name == "total_tokens"))) continue;
        changed = true;
        append_member(ours.name, ours.value, fresh);
    }
    append_member("cost", charged.cost, fresh);
    out += fresh + '}';
}

}  // namespace tollgate
