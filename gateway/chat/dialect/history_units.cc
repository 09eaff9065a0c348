#include "gateway/chat/dialect/history_units.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate {
namespace {

// What of an element binds it to others.
struct Item {
    HistoryRole role = HistoryRole::user;
    std::vector<Spelt> calls, results;  // ids; empty where the API has none
    bool asks = false;                  // it has text of the user's own
    bool has_call = false, has_result = false;
    bool binds_next = false;      // what follows was made from it
    bool is_bare_call = false;    // of Responses, where parallel calls are elements of their own
    bool is_instruction = false;  // stays, whoever says it
};

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> ends) {
    return std::ranges::any_of(ends, [text](std::string_view end) { return text.ends_with(end); });
}

void add_id(Json id, std::vector<Spelt>& ids) {
    if (!spelt(id).empty()) ids.push_back(spelt(id));
}

void take_call(Json id, Item& item) {
    item.has_call = true;
    add_id(id, item.calls);
}

void take_result(Json id, Item& item) {
    item.has_result = true;
    add_id(id, item.results);
}

// A block of Messages, a part of Gemini's contents, or one of the others'. Anthropic's and Gemini's calls and results
// are among them.
void read_part(Json part, Item& item) {
    if (!is_object(part)) {
        item.asks = true;
        return;
    }
    const auto [type, id, result_of, call, call_snake, response, response_snake] = members_of<7>(
        part, {"type", "id", "tool_use_id", "functionCall", "function_call", "functionResponse", "function_response"});
    const Json made = says_something(call) ? call : call_snake,
               got = says_something(response) ? response : response_snake;
    if (says_something(made)) {
        take_call(member(made, "id"), item);
    } else if (says_something(got)) {
        take_result(member(got, "id"), item);
    } else if (says_something(result_of)) {
        take_result(result_of, item);
    } else if (spelt(type).ends_with("tool_use")) {
        take_call(id, item);
    } else {
        item.asks = true;
    }
}

// An element of Responses' input that is no message.
void read_response_item(Spelt type, Json element, Item& item) {
    const auto [id, call_id, request_id] = members_of<3>(element, {"id", "call_id", "approval_request_id"});
    item.role = HistoryRole::assistant;
    if (type.ends_with("_output")) {
        item.role = HistoryRole::user;
        take_result(call_id, item);
    } else if (type == "mcp_approval_response") {
        item.role = HistoryRole::user;
        take_result(request_id, item);
    } else if (ends_with_any(type, {"_call", "mcp_approval_request"})) {
        item.is_bare_call = true;
        take_call(says_something(call_id) ? call_id : id, item);
    } else if (type == "compaction") {
        item.is_instruction = true;
    } else {  // reasoning, and what is only named
        item.binds_next = true;
    }
}

void read_role(Spelt role, Json call_id, Item& item) {
    if (role == "system" || role == "developer") {
        item.role = HistoryRole::system;
        item.is_instruction = true;
    } else if (role == "assistant" || role == "model") {
        item.role = HistoryRole::assistant;
    } else if (role == "tool" || role == "function") {
        take_result(call_id, item);
    }
}

Item read_item(Json element) {
    Item item;
    const auto [role, type, content, parts, calls, call, call_id] =
        members_of<7>(element, {"role", "type", "content", "parts", "tool_calls", "function_call", "tool_call_id"});
    if (!says_something(role) && says_something(type) && spelt(type) != "message") {
        read_response_item(spelt(type), element, item);
        return item;
    }
    read_role(spelt(role), call_id, item);
    each_element(calls, [&](Json one) { take_call(member(one, "id"), item); });
    if (is_object(call)) item.has_call = true;
    for (const Json value : {content, parts}) {
        if (is_text(value)) item.asks = true;
        each_element(value, [&](Json part) { read_part(part, item); });
    }
    if (item.role != HistoryRole::user || (item.has_result && spelt(role) != "user")) item.asks = false;
    return item;
}

class UnitBuilder {
  public:
    explicit UnitBuilder(History& history) : history_(history) {}

    void add(Json element) {
        Item item = read_item(element);
        const std::size_t at = history_.items.size();
        history_.items.push_back(element);
        history_.roles.push_back(item.role);
        auto& units = history_.units;
        const bool follows =
            at > 0 && (item.has_result || before_.binds_next || (before_.is_bare_call && item.is_bare_call));
        if (!follows) units.push_back({.begin = at, .end = at, .first_role = item.role});
        HistoryUnit& unit = units.back();
        unit.end = at + 1;
        unit.last_role = item.role;
        unit.pinned = unit.pinned || item.is_instruction;
        for (const Spelt id : item.calls) called_at_[id] = at;
        for (const Spelt id : item.results) {
            if (const auto call = called_at_.find(id); call != called_at_.end()) join_from(call->second);
        }
        if (item.asks) asked_at_ = at;
        before_ = std::move(item);
    }

    void finish() {
        if (history_.units.empty()) return;
        history_.units.back().pinned = true;
        for (HistoryUnit& unit : history_.units) {
            if (unit.begin <= asked_at_ && asked_at_ < unit.end) unit.pinned = true;
        }
    }

  private:
    // What stands between a call and its result goes with them.
    void join_from(std::size_t item) {
        auto& units = history_.units;
        while (units.back().begin > item) {
            const HistoryUnit last = units.back();
            units.pop_back();
            units.back().end = last.end;
            units.back().last_role = last.last_role;
            units.back().pinned = units.back().pinned || last.pinned;
        }
    }

    History& history_;
    Item before_;
    std::map<Spelt, std::size_t> called_at_;  // by id, the last element that has it
    std::size_t asked_at_ = SIZE_MAX;         // the last element in which the user speaks
};

}  // namespace

History split_history(Json list) {
    History history;
    UnitBuilder builder(history);
    each_element(list, [&](Json element) { builder.add(element); });
    builder.finish();
    return history;
}

}  // namespace tollgate
