#include "gateway/chat/dialect/gemini/content_writer.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/canonical/turn_writer.h"
#include "gateway/chat/canonical/unsupported_turn.h"
#include "gateway/chat/dialect/gemini/part_writer.h"

namespace tollgate {
namespace {

using Kind = Part::Kind;
using Role = Turn::Role;

constexpr std::string_view kUnanswered =
    "has a call without a result, and the chosen model's provider wants one for each";

// The contents, turn by turn: neighbours of one role are one.
class Contents {
  public:
    Contents(const ChatRequest& request, const Target& target, std::string& out, TranslationNotes& notes)
        : request_(request), target_(target), out_(out), notes_(notes) {}

    Error append(std::span<const Turn> turns);

  private:
    struct Placed {
        const Turn* turn;
        const Part* part;
    };

    Error model(std::span<const Turn> turns);
    Error user(std::span<const Turn> turns);
    Error results(std::span<const Turn> turns);
    // A call or a result of a tool stands where it cannot: `what` follows the turn's name.
    Error misplaced(const Turn& turn, std::string_view what) const {
        const std::string field = request_.field_of(turn);
        return unsupported_field("'" + field + "' " + std::string(what), field);
    }
    void begin(std::string_view role) {
        before_ = out_.size();
        separate(out_);
        out_ += "{\"parts\":[";
        role_ = role;
    }
    // A content without parts is none.
    void end() {
        if (out_.back() == '[') {
            out_.resize(before_);
        } else {
            ((out_ += "],\"role\":\"") += role_) += "\"}";
        }
    }

    const ChatRequest& request_;
    const Target& target_;
    std::string& out_;
    TranslationNotes& notes_;
    std::vector<Placed> calls_;  // that have no result yet
    std::size_t before_ = 0;
    std::string_view role_;
};

Error Contents::model(std::span<const Turn> turns) {
    begin("model");
    GeminiParts parts(request_, target_, out_, notes_);
    for (const Turn& turn : turns) {
        for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
            const Part& part = request_.parts[i];
            if (part.kind == Kind::tool_call) calls_.push_back({&turn, &part});
            parts.of_model(turn, part);
        }
    }
    parts.end_of_model();
    if (!parts.error()) end();
    return parts.error();
}

// In the order of the calls. Those with the same id are told apart by their order.
Error Contents::results(std::span<const Turn> turns) {
    std::map<Spelt, std::vector<Placed>> results;
    std::size_t count = 0;
    for (const Turn& turn : turns) {
        for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
            if (request_.parts[i].kind != Kind::tool_result) continue;
            results[request_.parts[i].id].push_back({&turn, &request_.parts[i]});
            ++count;
        }
    }
    for (auto& [id, same] : results) std::ranges::reverse(same);
    if (calls_.empty() && count == 0) return {};
    begin("user");
    GeminiParts parts(request_, target_, out_, notes_);
    for (const Placed& call : calls_) {
        std::vector<Placed>& of_call = results[call.part->id];
        if (of_call.empty()) return misplaced(*call.turn, kUnanswered);
        parts.result(*of_call.back().turn, *of_call.back().part, call.part->name);
        of_call.pop_back();
    }
    if (count > calls_.size()) return misplaced(turns.front(), "has a result of no call before it");
    calls_.clear();
    if (!parts.error()) end();
    return parts.error();
}

Error Contents::user(std::span<const Turn> turns) {
    const bool answers = !calls_.empty();
    if (Error error = results(turns)) return error;
    begin("user");
    GeminiParts parts(request_, target_, out_, notes_);
    for (const Turn& turn : turns) {
        if (turn.role == Role::system) {
            parts.instruction(turn);
            continue;
        }
        for (std::uint32_t i = turn.begin; i < turn.end; ++i) {
            const Part& part = request_.parts[i];
            if (part.kind == Kind::tool_result) {
                parts.media_of_result(turn, part);
            } else {
                parts.of_user(turn, part);
            }
        }
    }
    if (parts.error()) return parts.error();
    const bool asks = std::ranges::any_of(turns, [](const Turn& turn) { return turn.role == Role::user; });
    if (out_.back() == '[' && asks && !answers) append_gemini_words({}, out_);  // to say nothing is allowed
    end();
    return {};
}

Error Contents::append(std::span<const Turn> turns) {
    for (std::size_t begin = 0, end = 0; begin < turns.size(); begin = end) {
        const bool assistant = is_assistant(turns[begin]);
        while (end < turns.size() && is_assistant(turns[end]) == assistant) ++end;
        const auto group = turns.subspan(begin, end - begin);
        if (Error error = assistant ? model(group) : user(group)) return error;
    }
    if (!calls_.empty()) {
        return misplaced(*calls_.front().turn, kUnanswered);
    }
    if (!turns.empty() && is_assistant(turns.back()) && !target_.continues_answers) {
        return unsupported_turn(request_, turns.back(), kBegunAnswer);
    }
    return {};
}

std::size_t leading_instructions(const ChatRequest& request) {
    const auto first = std::ranges::find_if(request.turns, [](const Turn& turn) { return turn.role != Role::system; });
    return static_cast<std::size_t>(first - request.turns.begin());
}

}  // namespace

Error append_gemini_instruction(const ChatRequest& request, std::string& out) {
    const std::size_t before = out.size();
    out += ",\"systemInstruction\":{\"parts\":[";
    for (std::size_t t = 0; t < leading_instructions(request); ++t) {
        for (std::uint32_t i = request.turns[t].begin; i < request.turns[t].end; ++i) {
            const Part& part = request.parts[i];
            if (part.kind != Kind::text) return unsupported_turn(request, request.turns[t], kMoreThanText);
            if (!is_blank(part.text)) append_gemini_words(part.text, out);
        }
    }
    if (out.back() == '[') {
        out.resize(before);
    } else {
        out += "]}";
    }
    return {};
}

Error append_gemini_contents(const ChatRequest& request, const Target& target, std::string& out,
                             TranslationNotes& notes) {
    out += "\"contents\":[";
    const auto turns = std::span(request.turns).subspan(leading_instructions(request));
    if (Error error = Contents(request, target, out, notes).append(turns)) return error;
    // Instructions alone are answered where someone says something, if only nothing.
    if (out.back() == '[') out += R"({"parts":[{"text":""}],"role":"user"})";
    out += ']';
    return {};
}

}  // namespace tollgate
