#include "gateway/chat/dialect/openai_upstream_body.h"

#include <algorithm>

#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// The client's stream_options with include_usage set to true.
std::string with_usage(std::string_view text, const BodyFacts& facts) {
    const std::string_view value = facts.stream_options_value.of(text);
    if (!value.starts_with('{')) return R"({"include_usage":true})";
    const auto& member = facts.include_usage_member;
    std::string out(value);
    if (member) {
        return out.replace(member->value.begin - facts.stream_options_value.begin, member->value.size(), "true");
    }
    const bool empty = !JsonMembers(text, facts.stream_options_value.begin).next().has_value();
    return out.insert(1, empty ? R"("include_usage":true)" : R"("include_usage":true,)");
}

// What is not sent on of a call that passes through: parts of a form, or members of an object with one of the commas
// beside each.
std::vector<TextSpan> cuts_of(const BodyFacts& facts) {
    std::vector<TextSpan> cuts;
    std::uint32_t kept_end = 0;  // 0: none is kept yet
    for (std::size_t i = 0; i < facts.members.size(); ++i) {
        const JsonMember& member = facts.members[i];
        if (!facts.gateway_only[i]) {
            kept_end = member.value.end;
        } else if (facts.model_is_plain) {
            cuts.push_back(member.key);
        } else if (i + 1 < facts.members.size()) {
            cuts.push_back({member.key.begin, facts.members[i + 1].key.begin});
        } else {  // those at the end have their comma before them
            while (kept_end > 0 && !cuts.empty() && cuts.back().begin > kept_end) cuts.pop_back();
            cuts.push_back({kept_end > 0 ? kept_end : member.key.begin, member.value.end});
        }
    }
    return cuts;
}

}  // namespace

bool refuses_stream_options(int status, std::string_view body) {
    return (status == 400 || status == 422) && body.find("stream_options") != std::string_view::npos;
}

bool has_own_stream_options(std::string_view text, const BodyFacts& facts) {
    if (!facts.has_stream_options || !facts.stream_options_value.of(text).starts_with('{')) return false;
    JsonMembers members(text, facts.stream_options_value.begin);
    std::string unescaped_key;
    while (const auto member = members.next()) {
        if (key_name(member->key.of(text), unescaped_key) != "include_usage") return true;
    }
    return false;
}

void UpstreamBody::add(std::string_view piece) {
    if (piece.empty()) return;
    size_ += piece.size();
    if (!pieces_.empty() && pieces_.back().data() + pieces_.back().size() == piece.data()) {
        pieces_.back() = {pieces_.back().data(), pieces_.back().size() + piece.size()};
    } else {
        pieces_.push_back(piece);
    }
}

std::string_view name_of(OutputBoundParameter parameter) {
    switch (parameter) {
        case OutputBoundParameter::max_completion_tokens:
            return "max_completion_tokens";
        case OutputBoundParameter::max_output_tokens:
            return "max_output_tokens";
        case OutputBoundParameter::max_tokens:
            break;
    }
    return "max_tokens";
}

void UpstreamBody::add_messages(std::string_view messages, std::string_view first) {
    if (first.empty()) return add(messages);
    add("[");
    add(first);
    add(",");  // the client's array is not empty
    add(messages.substr(1));
}

// The bound as a member, and where it stands in place of a null of the client's: the name must not stand twice.
void UpstreamBody::set_bound(const OutputBound& bound, const BodyFacts& facts) {
    bound_.clear();
    bound_in_place_ = {};
    if (bound.tokens == 0) return;
    const bool second = bound.parameter == OutputBoundParameter::max_completion_tokens;
    bound_in_place_ = facts.bound_values[second ? 1 : 0];
    if (bound_in_place_.size() == 0) ((bound_ = ",\"") += name_of(bound.parameter)) += "\":";
    bound_ += std::to_string(bound.tokens);
}

void UpstreamBody::build_passed(std::string_view text, const BodyFacts& facts, std::string_view model) {
    pieces_.clear();
    size_ = 0;
    model_.clear();
    TextSpan place = facts.model_value;
    if (facts.model_is_plain) {
        model_ = model;
    } else if (place.size() > 0) {
        append_json_string(model_, model);
    } else {  // a default, as the first member
        place.begin = place.end = static_cast<std::uint32_t>(text.find('{') + 1);
        append_json_string(model_ = "\"model\":", model);
        if (std::ranges::find(facts.gateway_only, false) != facts.gateway_only.end()) model_ += ',';
    }
    const std::vector<TextSpan> cuts = cuts_of(facts);
    const auto add_uncut = [&](std::size_t begin, std::size_t end) {
        for (const TextSpan& cut : cuts) {
            if (cut.begin < begin || cut.begin >= end) continue;
            add(text.substr(begin, cut.begin - begin));
            begin = cut.end;
        }
        add(text.substr(begin, end - begin));
    };
    add_uncut(0, place.begin);
    add(model_);
    add_uncut(place.end, text.size());
}

void UpstreamBody::build(std::string_view text, const BodyFacts& facts, std::string_view model,
                         StreamOptions stream_options, const Additions& added) {
    pieces_.clear();
    size_ = 0;
    set_bound(added.bound, facts);
    model_.clear();
    append_json_string(model_, model);
    const bool ask_for_usage = stream_options == StreamOptions::ask_for_usage;
    const auto left_out = [&](std::size_t i) {
        return facts.gateway_only[i] ||
               (stream_options == StreamOptions::leave_out && facts.has_stream_options &&
                facts.members[i].value.begin == facts.stream_options_value.begin) ||
               (added.instructions == "" && facts.members[i].value.begin == facts.instructions_value.begin);
    };
    const bool insert_options = ask_for_usage && !facts.has_stream_options;
    const bool replace_options = ask_for_usage && facts.has_stream_options && !facts.include_usage;
    if (replace_options) stream_options_ = with_usage(text, facts);

    const bool as_it_begins = (facts.has_model || facts.model_in_path) && !facts.members.empty() && !left_out(0);
    add(as_it_begins ? text.substr(facts.object_begin, facts.members.front().key.begin - facts.object_begin) : "{");
    const bool insert_model = !facts.has_model && !facts.model_in_path;
    if (insert_model) {
        add("\"model\":");
        add(model_);
    }
    bool first = !insert_model;
    for (std::size_t i = 0; i < facts.members.size(); ++i) {
        if (left_out(i)) continue;
        const JsonMember& member = facts.members[i];
        // The text between two kept neighbours is sent as it stands, so that unchanged runs stay one piece.
        const bool after_kept = i > 0 && !left_out(i - 1);
        if (!first) {
            if (after_kept) {
                add(text.substr(facts.members[i - 1].value.end, member.key.begin - facts.members[i - 1].value.end));
            } else {
                add(",");
            }
        }
        first = false;
        add(text.substr(member.key.begin, member.value.begin - member.key.begin));
        if (facts.has_model && member.value.begin == facts.model_value.begin) {
            add(model_);
        } else if (replace_options && member.value.begin == facts.stream_options_value.begin) {
            add(stream_options_);
        } else if (bound_in_place_.size() > 0 && member.value.begin == bound_in_place_.begin) {
            add(bound_);
        } else if (member.value.begin == facts.messages_value.begin) {
            add_messages(added.messages.empty() ? member.value.of(text) : added.messages, added.first_message);
        } else if (added.instructions && member.value.begin == facts.instructions_value.begin) {
            add(*added.instructions);
        } else {
            add(member.value.of(text));
        }
    }
    if (insert_options) add(R"(,"stream_options":{"include_usage":true})");
    const bool insert_bound = !bound_.empty() && bound_in_place_.size() == 0;
    if (insert_bound) add(bound_);
    add(added.members);
    const bool as_it_ends = !insert_options && !insert_bound && added.members.empty() && !facts.members.empty() &&
                            !left_out(facts.members.size() - 1);
    add(as_it_ends ? text.substr(facts.members.back().value.end) : "}");

    if (pieces_.size() > kMostPieces) {
        joined_.clear();
        for (const auto piece : pieces_) joined_ += piece;
        pieces_.assign(1, joined_);
    }
}

}  // namespace tollgate
