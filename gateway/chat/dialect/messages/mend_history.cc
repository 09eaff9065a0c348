#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gateway/chat/canonical/call_ids.h"
#include "gateway/chat/canonical/carried_reasoning.h"
#include "gateway/chat/canonical/spelt_json.h"
#include "gateway/chat/dialect/json_splice.h"
#include "gateway/chat/dialect/mended_history.h"
#include "gateway/chat/dialect/messages/tool_id.h"

namespace tollgate {
namespace {

bool is_empty_text(Json block) {
    static constexpr std::array<std::string_view, 2> kNames = {"type", "text"};
    const auto [type, text] = members_of(block, kNames);
    return spells(spelt(type), "text") && is_text(text) && spelt(text).empty();
}

bool is_blank_text(Json block) {
    return spells(spelt(member(block, "type")), "text") && is_blank(spelt(member(block, "text")));
}

bool is_thinking(Json block) {
    const Spelt type = spelt(member(block, "type"));
    return spells(type, "thinking") || spells(type, "redacted_thinking");
}

// Of reasoning, what its provider signed or sealed it with.
Spelt seal_of(Json block) {
    static constexpr std::array<std::string_view, 3> kNames = {"type", "signature", "data"};
    const auto [type, signature, data] = members_of(block, kNames);
    if (spells(spelt(type), "thinking")) return spelt(signature);
    return spells(spelt(type), "redacted_thinking") ? spelt(data) : Spelt();
}

std::string list_of(const std::vector<std::string>& elements) {
    std::string list = "[";
    for (const std::string& element : elements) {
        if (list.size() > 1) list += ',';
        list += element;
    }
    return list + ']';
}

std::string replaced(Json object, Json value, std::string_view with) {
    JsonSplice splice(object);
    splice.replace(value, with);
    return splice.take();
}

class History {
  public:
    History(Json list, const HistoryReader& reader, FieldNames& removed)
        : list_(list), reader_(reader), removed_(removed), ids_(messages_tool_id) {}

    std::optional<std::string> mended() {
        std::vector<std::string> messages;
        each_element(list_, [&](Json json) {
            std::string message = mended_message(json);
            changed_ = changed_ || message != json;
            if (!message.empty()) messages.push_back(std::move(message));
        });
        if (!changed_ || messages.empty()) return std::nullopt;
        return list_of(messages);
    }

  private:
    // Empty: it says nothing.
    std::string mended_message(Json message) {
        static constexpr std::array<std::string_view, 2> kNames = {"role", "content"};
        const auto [role, content] = members_of(message, kNames);
        const bool answer = spells(spelt(role), "assistant");
        if (answer) ids_.begin_answer();
        if (is_text(content)) return answer && is_blank(spelt(content)) ? "" : std::string(message);
        if (!is_array(content)) return std::string(message);
        const std::vector<std::string> blocks = answer ? of_answer(content) : of_user(content);
        if (blocks.empty()) return answer ? "" : std::string(message);  // the API says what is wrong with it
        std::string mended = list_of(blocks);
        return mended == content ? std::string(message) : replaced(message, content, mended);
    }

    // Without reasoning at the end, which the API refuses there: the answer was broken off.
    std::vector<std::string> of_answer(Json content) {
        std::vector<std::string> blocks;
        foreign_ = false;
        each_element(content, [&](Json block) { foreign_ = foreign_ || is_carried(seal_of(block)); });
        each_element(content, [&](Json block) {
            if (!is_empty_text(block) && !is_refused_reasoning(block)) blocks.push_back(of_model(block));
        });
        while (!blocks.empty() && is_thinking(blocks.back())) {
            removed_.add("messages[].content[].thinking");
            blocks.pop_back();
        }
        if (std::ranges::all_of(blocks, is_blank_text)) blocks.clear();
        return unchanged(content, std::move(blocks));
    }

    // The results of tools stand first.
    std::vector<std::string> of_user(Json content) {
        std::vector<std::string> results, others;
        each_element(content, [&](Json block) {
            if (spells(spelt(member(block, "type")), "tool_result")) {
                results.push_back(result(block));
            } else if (!is_empty_text(block)) {
                others.emplace_back(block);
            }
        });
        results.insert(results.end(), others.begin(), others.end());
        return unchanged(content, std::move(results));
    }

    // White space between elements stays where they do.
    static std::vector<std::string> unchanged(Json content, std::vector<std::string> blocks) {
        std::size_t at = 0;
        bool same = true;
        each_element(content, [&](Json block) {
            same = same && at < blocks.size() && blocks[at] == block;
            ++at;
        });
        if (same && at == blocks.size() && at > 0) return {std::string(content.substr(1, content.size() - 2))};
        return blocks;
    }

    bool is_refused_reasoning(Json block) {
        if (!is_thinking(block)) return false;
        const Spelt seal = seal_of(block);
        const bool refused = is_carried(seal) || (seal.empty() && (foreign_ || reader_.wants_signed_reasoning));
        if (refused) removed_.add("messages[].content[].thinking");
        return refused;
    }

    std::string of_model(Json block) {
        static constexpr std::array<std::string_view, 3> kNames = {"type", "id", "citations"};
        const auto [type, id, citations] = members_of(block, kNames);
        if (spells(spelt(type), "tool_use") && !spelt(id).empty()) return with_id(block, id, ids_.of_call(spelt(id)));
        bool foreign = false;
        each_element(citations, [&](Json one) { foreign = foreign || member(one, "encrypted_index") == R"("")"; });
        if (!foreign) return std::string(block);
        removed_.add("messages[].content[].citations");
        return without_member(block, "citations");
    }

    std::string result(Json block) {
        const Json id = member(block, "tool_use_id"), content = member(block, "content");
        std::vector<std::string> inner;
        bool empty = false;
        each_element(content, [&](Json one) {
            empty = empty || is_empty_text(one);
            if (!is_empty_text(one)) inner.emplace_back(one);
        });
        if (spelt(id).empty()) return std::string(block);
        std::string mended = with_id(block, id, ids_.of_result(spelt(id)));
        return empty ? replaced(mended, member(mended, "content"), list_of(inner)) : mended;
    }

    static std::string with_id(Json block, Json id, const std::string& sent) {
        return spelt(id) == sent ? std::string(block) : replaced(block, spelt(id), sent);
    }

    const Json list_;
    const HistoryReader& reader_;
    FieldNames& removed_;
    CallIds ids_;
    bool changed_ = false;
    bool foreign_ = false;  // the answer at hand is another provider's
};

}  // namespace

std::optional<std::string> mend_messages_history(Json list, const HistoryReader& reader, FieldNames& removed) {
    return History(list, reader, removed).mended();
}

std::string mend_messages_system(Json system) {
    if (is_text(system)) return is_blank(spelt(system)) ? "" : std::string(system);
    std::vector<std::string> blocks;
    each_element(system, [&](Json block) {
        if (!is_blank_text(block)) blocks.emplace_back(block);
    });
    return blocks.empty() ? "" : list_of(blocks);
}

}  // namespace tollgate
