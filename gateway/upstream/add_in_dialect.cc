#include "gateway/upstream/add_in_dialect.h"

#include <algorithm>
#include <array>
#include <map>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/routing/model_call_of.h"
#include "gateway/upstream/translate_request.h"

namespace tollgate {
namespace {

using Members = std::map<std::string, Json, std::less<>>;

// A body as it would be written anew, taken apart.
struct Written {
    std::string body;
    TranslationNotes notes;
    Members members;
};

Members members_of_object(Json object) {
    Members members;
    each_member(object, [&](std::string_view name, Json value) { members.emplace(name, value); });
    return members;
}

// The request with those additions; the client's own body is not looked at where it cannot be read, and passes for
// what it is.
Error write_with(const AddedMembers& added, std::string_view body, const Exchange& request, bool bounded,
                 Written& written) {
    ChatRequest chat;
    if (request.head.inbound->dialect().read_request(body, chat)) chat.clear();
    if (Error error = add_members(added, chat)) return error;
    Target target = target_of(request);
    if (!bounded) target.output_bound = 0;
    if (Error error =
            request.attempt.endpoint->provider->dialect->write_request(chat, target, written.body, written.notes)) {
        return error;
    }
    written.members = members_of_object(written.body);
    return {};
}

// Of the prompt, of the exchange, and those that are spliced in place.
bool is_left_alone(std::string_view name) {
    static constexpr std::array<std::string_view, 8> kNames = {"model",      "messages", "input", "contents",
                                                               "max_tokens", "stream",   "store", "max_output_tokens"};
    return std::ranges::find(kNames, name) != kNames.end();
}

// The client's body, whose members may stand aside for others.
class ClientBody {
  public:
    ClientBody(std::string_view text, BodyFacts& facts, const BodyNames& names)
        : text_(text), facts_(facts), names_(names) {}

    // Its member of that name, or of the other one that it has; empty: it has none, or one that is null.
    Json own(std::string_view name) const {
        const std::size_t at = place_of(name);
        const Json value = at == facts_.members.size() ? Json() : facts_.members[at].value.of(text_);
        return says_something(value) ? value : Json();
    }
    void leave_out(std::string_view name) {
        const std::size_t at = place_of(name);
        if (at < facts_.members.size()) facts_.gateway_only[at] = true;
    }

  private:
    std::size_t place_of(std::string_view name) const {
        std::string unescaped;
        for (std::size_t i = 0; i < facts_.members.size(); ++i) {
            const std::string_view key = key_name(facts_.members[i].key.of(text_), unescaped);
            if (key == name || (name == names_.reply_options && key == names_.reply_options_snake_case)) return i;
        }
        return facts_.members.size();
    }

    std::string_view text_;
    BodyFacts& facts_;
    const BodyNames& names_;
};

void append_member(std::string_view name, Json value, std::string& out) {
    (((out += ",\"") += name) += "\":") += value;
}

// The client's object with what the additions put in.
std::string merged(Json own, Json with, Json without) {
    const Members before = members_of_object(without), clients = members_of_object(own);
    std::string object(own.substr(0, own.rfind('}')));
    each_member(with, [&](std::string_view name, Json value) {
        if (before.contains(name) || clients.contains(name)) return;
        if (object.find(':') == std::string::npos) {
            object += '"';
            ((object += name) += "\":") += value;
        } else {
            append_member(name, value, object);
        }
    });
    return object + '}';
}

void add_difference(const Written& with, const Written& without, ClientBody& body, std::string& out) {
    each_member(with.body, [&](std::string_view name, Json value) {
        if (is_left_alone(name)) return;
        const auto before = without.members.find(name);
        const bool is_clients = before != without.members.end();
        if (is_clients && before->second == value) return;
        const Json own = body.own(name);
        if (!own.empty() && !(is_object(own) && is_object(value))) return;
        body.leave_out(name);  // a null, or the object that is merged
        append_member(name, own.empty() ? std::string(value) : merged(own, value, is_clients ? before->second : "{}"),
                      out);
    });
}

// Whether something that the client says would not be said beside the additions.
bool conflicts(const Written& with, const Written& without) {
    return std::ranges::any_of(without.members,
                               [&](const auto& member) { return !with.members.contains(member.first); });
}

}  // namespace

Error add_in_dialect(Exchange& request, std::string_view body) {
    Choice& choice = request.choice;
    if (request.head.inbound->speaks_chat() || !choice.in_dialect.empty()) return {};
    // Of the other APIs the bound is a member of the body itself, and spliced.
    const bool bounded =
        request.ask.api == ApiType::gemini && (choice.output_bound > 0 || request.terms.sent_output_bound > 0);
    AddedMembers added{.members = choice.members, .first_message = choice.first_message};
    if (added.members.empty() && added.first_message.empty() && !bounded) return {};
    Written with, without, alone;
    if (Error error = write_with({}, body, request, false, without)) return error;
    if (Error error = write_with(added, body, request, bounded, with)) return error;
    if (conflicts(with, without)) {
        added.members = {};
        with = Written();
        if (Error error = write_with(added, body, request, bounded, with)) return error;
    }
    if (!added.members.empty()) {
        if (Error error = write_with(added, "{}", request, false, alone)) return error;
        request.attempt.translation = std::make_shared<TranslatedRequest>();
        request.attempt.translation->notes.dropped = alone.notes.dropped;
    }
    ClientBody own(body, request.ask.body, body_names_of(request.ask.api));
    add_difference(with, without, own, choice.in_dialect);
    if (request.ask.api == ApiType::responses && !added.first_message.empty()) {
        own.leave_out("instructions");  // a null
        append_member("instructions", member(added.first_message, "content"), choice.in_dialect);
    }
    return {};
}

}  // namespace tollgate
