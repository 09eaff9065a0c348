#include "gateway/chat/canonical/tool_names.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

struct Rule {
    std::string_view dialect;
    std::size_t most_bytes;
    std::string_view marks;           // that a name may have beside letters, digits and _
    bool begins_with_letter = false;  // or with _
};
constexpr std::array kRules = {
    Rule{"chat", 64, "-"},     Rule{"responses", 64, "-"},      Rule{"messages", 128, "-"},
    Rule{"converse", 64, "-"}, Rule{"gemini", 64, "-.:", true},
};

bool is_letter(char c) { return is_ascii_alphanumeric(c) && !(c >= '0' && c <= '9'); }

class Renaming {
  public:
    Renaming(const Rule& rule, const ChatRequest& request) : rule_(rule), request_(request) {
        for (const Tool& tool : request.tools) look(tool.name);
        for (const Part& part : request.parts) look(part.name);
        look(request.tool_choice.name);
    }

    std::optional<ChatRequest> renamed() {
        if (made_.empty()) return std::nullopt;
        ChatRequest told = request_;
        for (const auto& [name, made] : made_) {
            const auto known = std::ranges::find(told.echo.tools, name, &RenamedTool::upstream_name);
            if (known != told.echo.tools.end()) {
                known->upstream_name = made;
            } else {
                told.echo.tools.push_back({made, std::string(name), {}, false});
            }
            const Spelt kept = told.keep(made);
            for (Tool& tool : told.tools) rename(name, kept, tool.name);
            for (Part& part : told.parts) rename(name, kept, part.name);
            rename(name, kept, told.tool_choice.name);
        }
        return told;
    }

  private:
    bool takes(std::string_view name) const {
        const auto good = [this](char c) { return is_ascii_alphanumeric(c) || c == '_' || rule_.marks.contains(c); };
        return name.size() <= rule_.most_bytes && std::ranges::all_of(name, good) &&
               (!rule_.begins_with_letter || is_letter(name.front()) || name.front() == '_');
    }

    void look(Spelt name) {
        if (name.empty() || takes(name)) return;
        const std::string text = plain(name);
        if (!text.empty() && !takes(text) && !made_.contains(name)) made_.emplace(name, made(text));
    }

    // The beginning of it, as far as it can be told, and a number of the whole, so that two names stay apart.
    std::string made(std::string_view name) const {
        constexpr std::string_view kDigits = "0123456789abcdef";
        constexpr std::size_t kNumberBytes = 9;
        std::uint32_t hash = 0x811c9dc5;  // FNV-1a
        std::string text;
        for (const char c : name) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193;
            text += is_ascii_alphanumeric(c) || c == '-' ? c : '_';
        }
        if (!is_letter(text.front())) text.insert(text.begin(), '_');
        if (text.size() > rule_.most_bytes - kNumberBytes) text.resize(rule_.most_bytes - kNumberBytes);
        text += '_';
        for (int shift = 28; shift >= 0; shift -= 4) text += kDigits[hash >> shift & 15];
        return text;
    }

    static void rename(Spelt from, Spelt to, Spelt& name) {
        if (name == from) name = to;
    }

    const Rule& rule_;
    const ChatRequest& request_;
    std::map<Spelt, std::string> made_;  // by the client's
};

}  // namespace

std::optional<ChatRequest> with_tool_names_for(std::string_view dialect, const ChatRequest& request) {
    const auto rule = std::ranges::find(kRules, dialect, &Rule::dialect);
    return rule == kRules.end() ? std::nullopt : Renaming(*rule, request).renamed();
}

void restore_tool_names(const AnswerEcho* echo, std::string_view client, std::span<AnswerEvent> events) {
    if (echo == nullptr || echo->tools.empty() || client == "responses") return;
    for (AnswerEvent& event : events) {
        const RenamedTool* const tool = event.kind == AnswerEvent::Kind::call ? echo->tool(event.name) : nullptr;
        if (tool != nullptr) event.name = tool->name;
    }
}

}  // namespace tollgate
