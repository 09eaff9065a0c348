#include "gateway/chat/dialect/chat/translation_need.h"

#include <algorithm>
#include <array>
#include <span>

#include "gateway/chat/canonical/json_text.h"
#include "gateway/chat/dialect/chat/tool_ids.h"

namespace tollgate {
namespace {

using enum Quirk;

constexpr Quirks set(std::initializer_list<Quirk> list) {
    Quirks all;
    for (const Quirk quirk : list) all.add(quirk);
    return all;
}

// A member of the body that is written otherwise for upstreams with any of these quirks, whatever its value.
struct MemberRow {
    std::string_view name;
    Quirks quirks;
};
constexpr Quirks kStrict = set({strict_members});
constexpr Quirks kSwitches = set({thinking_object, enable_thinking, template_thinking});
constexpr Quirks kSwitchesOrStrict = set({thinking_object, enable_thinking, template_thinking, strict_members});
constexpr std::array kMembers = {
    MemberRow{"parallel_tool_calls", set({no_parallel_tool_calls})},
    MemberRow{"seed", set({random_seed})},
    MemberRow{"reasoning", kSwitchesOrStrict},
    MemberRow{"reasoning_effort", kSwitches},
    MemberRow{"logit_bias", kStrict},
    MemberRow{"logprobs", kStrict},
    MemberRow{"top_logprobs", kStrict},
    MemberRow{"top_a", kStrict},
    MemberRow{"verbosity", kStrict},
    MemberRow{"prediction", kStrict},
    MemberRow{"user", kStrict},
    MemberRow{"metadata", kStrict},
    MemberRow{"service_tier", kStrict},
    MemberRow{"store", kStrict},
    MemberRow{"cache_control", kStrict},
    MemberRow{"prompt_cache_key", kStrict},
    MemberRow{"prompt_cache_retention", kStrict},
    MemberRow{"safety_identifier", kStrict},
    MemberRow{"include_reasoning", kStrict},
    MemberRow{"modalities", kStrict},
    MemberRow{"audio", kStrict},
    MemberRow{"web_search_options", kStrict},
};

// What strict upstreams take of the objects within; the rest they refuse, unless a quirk says that they know it.
constexpr std::array<std::string_view, 4> kMessageMembers = {"role", "content", "tool_calls", "tool_call_id"};
constexpr std::array<std::string_view, 3> kCallMembers = {"id", "type", "function"};
constexpr std::array<std::string_view, 2> kCalledMembers = {"name", "arguments"};
constexpr std::array<std::string_view, 2> kToolMembers = {"type", "function"};
constexpr std::array<std::string_view, 4> kFunctionMembers = {"name", "description", "parameters", "strict"};
// Parts that have nothing but their type and a member of that name. Other types may be the provider's own.
constexpr std::array<std::string_view, 4> kPlainParts = {"text", "image_url", "input_audio", "file"};
constexpr std::array kMembersByQuirk = {
    MemberRow{"reasoning", set({reasoning_member})},
    MemberRow{"prefix", set({prefix_last_answer})},
    MemberRow{"extra_content", set({thought_signatures})},
    MemberRow{"cache_control", set({cache_marks})},
};
constexpr std::array<std::string_view, 3> kSamplingExtras = {"top_k", "min_p", "repetition_penalty"};

constexpr Quirks kAll = [] {
    Quirks all = set({one_system_message, no_developer_role, alternating_roles, no_user_after_tool, prefix_last_answer,
                      text_as_string, short_tool_ids, no_media_urls, document_url, reasoning_content,
                      no_named_tool_choice, no_required_tool_choice, any_for_required, no_json_schema, no_json_object});
    for (const MemberRow& row : kMembers) all |= row.quirks;
    return all;
}();

enum class Role : std::uint8_t { none, system, developer, user, assistant, tool };

Role role_of(Json role) {
    constexpr std::array<std::string_view, 6> kRoles = {"", "system", "developer", "user", "assistant", "tool"};
    const std::string word = plain(spelt(role));
    const auto found = std::ranges::find(kRoles, std::string_view(word));
    return found == kRoles.end() ? Role::none : static_cast<Role>(found - kRoles.begin());
}

// One walk over the body; stops looking once something is found.
class Look {
  public:
    explicit Look(Quirks quirks) : quirks_(quirks), ids_(true) {}

    bool at(Json body) {
        each_member(body, [this](std::string_view name, Json value) {
            if (!found_ && says_something(value)) member_of_body(name, value);
        });
        return found_;
    }

  private:
    bool has(Quirk quirk) const { return quirks_.has(quirk); }
    void note(bool found) { found_ = found_ || found; }

    void member_of_body(std::string_view name, Json value) {
        const auto row = std::ranges::find(kMembers, name, &MemberRow::name);
        if (row != kMembers.end()) note(value != "false" && quirks_.has_any(row->quirks));
        if (name == "parallel_tool_calls") note(has(no_parallel_tool_calls));
        if (std::ranges::find(kSamplingExtras, name) != kSamplingExtras.end()) {
            note(has(strict_members) && !has(sampling_extras));
        }
        if (name == "messages") messages(value);
        if (name == "tools" && has(strict_members)) tools(value);
        if (name == "tool_choice") {
            note(is_object(value) && has(no_named_tool_choice));
            note(spells(spelt(value), "required") && (has(no_required_tool_choice) || has(any_for_required)));
        }
        if (name == "response_format") {
            const Spelt type = spelt(member(value, "type"));
            note(spells(type, "json_schema") && has(no_json_schema));
            note(spells(type, "json_object") && has(no_json_object));
        }
    }

    void messages(Json list) {
        bool first = true;
        each_element(list, [&](Json json) {
            if (!found_) message(json, first);
            first = false;
        });
        note(has(prefix_last_answer) && last_ == Role::assistant && !last_calls_ && !last_prefixed_);
    }

    void message(Json json, bool first) {
        static constexpr std::array<std::string_view, 6> kNames = {"role",         "content", "tool_calls",
                                                                   "tool_call_id", "prefix",  "reasoning_content"};
        const auto [role_name, content_value, calls, result_of, prefix, thought] = members_of(json, kNames);
        const Role role = role_of(role_name);
        const bool instructs = role == Role::system || role == Role::developer;
        note(has(one_system_message) && instructs && !first);
        note(has(no_developer_role) && role == Role::developer);
        note(has(alternating_roles) && !first && role == last_ && role != Role::tool);
        note(has(no_user_after_tool) && role == Role::user && last_ == Role::tool);
        note(has(no_user_after_tool) && instructs && (last_ == Role::tool || last_ == Role::assistant));
        last_ = role;
        last_calls_ = is_array(calls);
        last_prefixed_ = prefix == "true";
        note(has(Quirk::reasoning_content) && last_calls_ && !is_text(thought));
        if (has(short_tool_ids)) ids(calls, result_of);
        if (has(strict_members)) {
            strict(json, kMessageMembers);
            each_element(calls, [this](Json call) {
                strict(call, kCallMembers);
                strict(member(call, "function"), kCalledMembers);
            });
        }
        content(content_value);
    }

    void ids(Json calls, Json result_of) {
        if (is_text(result_of)) note(!ids_.takes(spelt(result_of)));
        each_element(calls, [this](Json call) { note(!ids_.takes(spelt(member(call, "id")))); });
    }

    // A tool of another type may be the provider's own.
    void tools(Json list) {
        each_element(list, [this](Json tool) {
            const Json function = member(tool, "function");
            if (!is_object(function)) return;
            strict(tool, kToolMembers);
            strict(function, kFunctionMembers);
        });
    }

    bool takes(std::string_view name) const {
        const auto row = std::ranges::find(kMembersByQuirk, name, &MemberRow::name);
        return row != kMembersByQuirk.end() && quirks_.has_any(row->quirks);
    }

    void strict(Json object, std::span<const std::string_view> taken) {
        each_member(object, [&](std::string_view name, Json value) {
            note(says_something(value) && std::ranges::find(taken, name) == taken.end() && !takes(name));
        });
    }

    void strict_part(Json part, Spelt type) {
        const auto plain = std::ranges::find_if(kPlainParts, [type](auto name) { return spells(type, name); });
        if (plain != kPlainParts.end()) strict(part, std::array{std::string_view("type"), *plain});
    }

    void content(Json list) {
        if (!is_array(list)) return;
        bool words = true;
        each_element(list, [&](Json part) {
            static constexpr std::array<std::string_view, 3> kNames = {"type", "image_url", "cache_control"};
            const auto [type, image, mark] = members_of(part, kNames);
            words = words && spells(spelt(type), "text");
            note(has(strict_members) && says_something(mark) && !takes("cache_control"));
            if (has(strict_members)) strict_part(part, spelt(type));
            note(has(document_url) && spells(spelt(type), "file"));
            const Spelt address = is_object(image) ? spelt(member(image, "url")) : spelt(image);
            note(has(no_media_urls) && !address.empty() && !address.starts_with("data:"));
        });
        note(has(text_as_string) && words);
    }

    const Quirks quirks_;
    const ToolIds ids_;
    bool found_ = false;
    Role last_ = Role::none;
    bool last_calls_ = false, last_prefixed_ = false;
};

}  // namespace

bool needs_translation(Quirks quirks, std::string_view body) {
    if (!quirks.has_any(kAll)) return false;
    body.remove_prefix(std::min(body.find('{'), body.size()));
    return Look(quirks).at(body);
}

}  // namespace tollgate
