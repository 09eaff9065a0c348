#include "gateway/upstream/add_in_dialect.h"

#include <algorithm>
#include <array>
#include <map>

#include "gateway/chat/dialect/chat/request_reader.h"
#include "gateway/client/connection.h"
#include "gateway/off_loop.h"
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

Error write(const ChatRequest& chat, const Target& target, const Exchange& request, Written& written) {
    const UpstreamDialect& dialect = *request.attempt.endpoint->provider->dialect;
    if (Error error = dialect.write_request(chat, target, written.body, written.notes)) return error;
    written.members = members_of_object(written.body);
    return {};
}

Error write_with(const AddedMembers& added, ChatRequest chat, const Target& target, const Exchange& request,
                 Written& written) {
    if (Error error = add_members(added, chat)) return error;
    return write(chat, target, request, written);
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

// Of Google's API the bound is a member of an object; of the others one of the body itself, and spliced.
std::int64_t bound_of(const Exchange& request) {
    if (request.ask.api != ApiType::gemini) return 0;
    return request.choice.output_bound > 0 ? request.choice.output_bound : request.terms.sent_output_bound;
}

AddedMembers added_to(const Exchange& request) {
    return {.members = request.choice.members, .first_message = request.choice.first_message};
}

// The bound alone says nothing of what the client says: nobody sends one where the client does.
void add_bound(std::int64_t bound, ClientBody& body, std::string& out) {
    Written with;
    with.body = R"({"generationConfig":{"maxOutputTokens":)" + std::to_string(bound) + "}}";
    add_difference(with, {}, body, out);
}

}  // namespace

// The client's chat is not looked at where it cannot be read, and passes for what it is.
Error add_in_dialect_on_loop(std::string_view body, Exchange& request, ClientChat& client) {
    Choice& choice = request.choice;
    AddedMembers added = added_to(request);
    ClientBody own(body, request.ask.body, body_names_of(request.ask.api));
    if (added.empty()) {
        add_bound(bound_of(request), own, choice.in_dialect);
        return {};
    }
    Target bounded = target_of(request), unbounded = bounded;
    unbounded.output_bound = 0;
    if (bound_of(request) == 0) bounded.output_bound = 0;
    static_cast<void>(client.read(request, body));
    Written with, without, alone;
    if (Error error = write(client.chat(), unbounded, request, without)) return error;
    if (Error error = write_with(added, client.chat(), bounded, request, with)) return error;
    if (conflicts(with, without)) {
        added.members = {};
        with = Written();
        if (Error error = write_with(added, client.chat(), bounded, request, with)) return error;
    }
    if (!added.members.empty()) {
        if (Error error = write_with(added, {}, unbounded, request, alone)) return error;
        request.attempt.translation = std::make_shared<TranslatedRequest>();
        request.attempt.translation->notes.dropped = alone.notes.dropped;
    }
    add_difference(with, without, own, choice.in_dialect);
    if (request.ask.api == ApiType::responses && !added.first_message.empty()) {
        own.leave_out("instructions");  // a null
        append_member("instructions", member(added.first_message, "content"), choice.in_dialect);
    }
    return {};
}

bool adds_in_dialect(const Exchange& request) {
    if (request.head.inbound->speaks_chat() || !request.choice.in_dialect.empty()) return false;
    return !added_to(request).empty() || bound_of(request) > 0;
}

wire::Awaitable<Error> add_in_dialect(Connection& connection, ClientChat& client) {
    Exchange& request = connection.request;
    const std::string_view body = connection.in.view().substr(0, request.received.bytes);
    if (body.size() <= kMostBytesParsedOnLoop) co_return add_in_dialect_on_loop(body, request, client);
    Error error;
    co_await off_loop(connection, [&] { error = add_in_dialect_on_loop(body, request, client); });
    co_return error;
}

}  // namespace tollgate
