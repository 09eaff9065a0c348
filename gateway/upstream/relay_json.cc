// A JSON answer: held whole, its usage priced and spliced with the cost, settled, sent in one write.
#include <optional>

#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/conclude.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/relay.h"
#include "gateway/wire/chunked.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostMessageBytes = 1024;    // of an upstream's error message
constexpr std::size_t kHeldTailBytes = 64 * 1024;  // of an answer too large to hold whole

// What the gateway needs to know of an answer, and where to splice it.
struct AnswerFacts {
    bool has_usage = false;
    TokenUsage usage;
    std::uint32_t usage_end = 0;  // offset of the usage object's closing brace
    bool usage_empty = false;
    std::uint32_t object_end = 0;  // offset of the answer's closing brace
    bool empty = true;             // the answer has no members
    std::optional<JsonMember> id, model, usage_member;
    std::string_view finish_reason, upstream_id;
    TextSpan choices;             // size 0: it has none
    std::int64_t text_bytes = 0;  // of what was generated, where `choices` are not in hand
};

std::string_view unquoted(std::string_view json) {
    return json.size() >= 2 && json.front() == '"' ? json.substr(1, json.size() - 2) : std::string_view();
}

void note_choices(std::string_view body, TextSpan choices, AnswerFacts& facts) {
    facts.choices = choices;
    // It stands near the end; inside a string its quotes would be escaped.
    constexpr std::string_view kName = "\"finish_reason\":";
    const std::string_view text = choices.of(body);
    const auto at = text.rfind(kName);
    if (at == std::string_view::npos) return;
    std::string_view value = text.substr(at + kName.size());
    while (value.starts_with(' ')) value.remove_prefix(1);
    if (value.starts_with('"')) facts.finish_reason = value.substr(1, value.find('"', 1) - 1);
}

Error invalid_answer(const std::string& provider, std::string_view what) {
    return {ErrorKind::upstream_invalid_response, "provider " + provider + " sent " + std::string(what)};
}

// The object's own structure is checked; what stands inside its members is the upstream's.
Error inspect(std::string_view body, const std::string& provider, AnswerFacts& facts) {
    const auto open = body.find_first_not_of(" \t\r\n");
    if (open == std::string_view::npos || body[open] != '{') {
        return invalid_answer(provider, "a body that is not a JSON object");
    }
    JsonMembers members(body, open);
    while (const auto member = members.next()) {
        facts.empty = false;
        const std::string_view key = member->key.of(body);
        const std::string_view value = member->value.of(body);
        if (key == "\"usage\"") {
            facts.usage_member = member;
            if (!value.starts_with('{')) continue;
            facts.has_usage = parse_usage(value, facts.usage);
            facts.usage_end = member->value.end - 1;
            facts.usage_empty = !JsonMembers(body, member->value.begin).next().has_value();
        } else if (key == "\"error\"" && value != "null" && value != "{}" && value != "false" && value != "\"\"") {
            Error error{ErrorKind::upstream_error, "provider " + provider + " answered 200 with an error"};
            const auto message =
                value.starts_with('{') ? find_member(body, member->value.begin, "message") : std::nullopt;
            if (message) error.detail().message += ": " + unescaped(message->value.of(body), kMostMessageBytes);
            return error;
        } else if (key == "\"choices\"") {
            note_choices(body, member->value, facts);
        } else if (key == "\"id\"") {
            facts.id = member;
            facts.upstream_id = unquoted(value);
        } else if (key == "\"model\"") {
            facts.model = member;
        }
    }
    if (!members.closed() || body.find_first_not_of(" \t\r\n", members.position() + 1) != std::string_view::npos) {
        return invalid_answer(provider, "a body that is not a JSON object");
    }
    facts.object_end = static_cast<std::uint32_t>(members.position());
    return {};
}

// Walks the choices only where their size says that it is worth it.
bool contradictory(std::string_view body, const AnswerFacts& facts, std::int64_t visible_tokens) {
    constexpr std::int64_t kUsualStructureBytes = 200;  // of `choices`, around the text
    const auto size = static_cast<std::int64_t>(facts.choices.size());
    if (size == 0) return false;
    const std::int64_t text = std::max<std::int64_t>(size - kUsualStructureBytes, 0);
    if (!contradicts(visible_tokens, 0, size) && !contradicts(visible_tokens, 0, text)) return false;
    return contradicts(visible_tokens, 0, generated_bytes(body, facts.choices));
}

Ending ending_of(const RequestContext& request, std::string_view body, const AnswerFacts& facts) {
    StreamFacts counted;
    counted.content_bytes = facts.text_bytes;
    if (!facts.has_usage && facts.choices.size() > 0) counted.content_bytes = generated_bytes(body, facts.choices);
    Ending ending = counted_ending(request, counted);
    ending.finish_reason = facts.finish_reason;  // views of the body, not of `counted`
    ending.upstream_id = facts.upstream_id;
    if (facts.has_usage) {
        ending.usage_contradictory = contradictory(body, facts, take_reported(request, facts.usage, ending));
    } else {
        ending.source = UsageSource::estimated;
    }
    return ending;
}

// The body with what is ours: cost in the usage; under /api/v1 our id, the provider and the catalogue's model.
void append_answer(std::string_view body, const RequestContext& request, const AnswerFacts& facts, std::string& out) {
    if (!request.inbound->labels_answers() && facts.usage_end != 0) {  // the usual case, without allocating
        char cost[kUsdText];
        out.append(body, 0, facts.usage_end).append(facts.usage_empty ? "\"cost\":" : ",\"cost\":");
        out.append(cost, write_usd(request.cost, cost)).append(body, facts.usage_end);
        return;
    }
    struct Edit {
        std::uint32_t begin, end;
        std::string text;
    };
    std::vector<Edit> edits;
    if (request.inbound->labels_answers()) {
        const std::string id =
            "\"" + std::string(request.generation_id()) + "\",\"provider\":" + request.endpoint->provider_json;
        const auto at = static_cast<std::uint32_t>(body.find('{')) + 1;
        if (facts.id) {
            edits.push_back({facts.id->value.begin, facts.id->value.end, id});
        } else {
            edits.push_back({at, at, "\"id\":" + id + (facts.empty ? "" : ",")});
        }
        if (facts.model) {
            edits.push_back({facts.model->value.begin, facts.model->value.end, request.endpoint->model_json});
        }
    }
    if (facts.usage_end != 0) {
        edits.push_back({facts.usage_end, facts.usage_end,
                         (facts.usage_empty ? "\"cost\":" : ",\"cost\":") + to_usd(request.cost)});
    } else if (facts.usage_member) {
        const TextSpan where = facts.usage_member->value;
        edits.push_back({where.begin, where.end, usage_json(request.usage, request.cost)});
    } else {
        edits.push_back({facts.object_end, facts.object_end,
                         (facts.empty ? "\"usage\":" : ",\"usage\":") + usage_json(request.usage, request.cost)});
    }
    std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.begin < b.begin; });
    std::size_t at = 0;
    for (const Edit& edit : edits) {
        out.append(body, at, edit.begin - at);
        out += edit.text;
        at = edit.end;
    }
    out.append(body, at);
}

}  // namespace

wire::Awaitable<Error> relay_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer) {
    RequestContext& request = connection.request;
    const std::size_t limit = connection.worker().config().limits.max_buffered_response_bytes;
    const std::string provider = answer.pool->provider().name;
    BodyReader reader(connection, answer);
    if (answer.framing == wire::Framing::length && answer.content_length <= limit) {
        reader.reserve(static_cast<std::size_t>(answer.content_length));
    }
    request.generated = answer.framing == wire::Framing::length;  // its length is known
    while (!reader.ended()) {
        if (reader.in_hand().size() > limit) co_return co_await relay_large_json(connection, held, answer, reader);
        BodyPart part;
        if (connection.abandoned()) {
            part.error = upstream_failure(connection, provider, {});
        } else {
            part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        }
        if (part.error) {
            reader.release(false);
            co_return part.error;
        }
        if (!request.generated) {  // spaces are sent by some to keep the connection alive
            request.generated = reader.in_hand().find_first_not_of(" \t\r\n") != std::string_view::npos;
        }
    }
    const std::string_view body = reader.in_hand();
    AnswerFacts facts;
    Error error = inspect(body, provider, facts);
    if (error) {
        reader.release(true);
        co_return error;
    }
    request.status = answer.status;
    Conclusion conclusion(connection, held);
    const bool finished = conclusion.finish_now(ending_of(request, body, facts), [&](NanoUsd) {
        std::string& reply_body = connection.worker().scratch;
        reply_body.clear();
        append_answer(body, request, facts, reply_body);
        std::string& out = connection.out;
        out.clear();
        append_head(connection, out, answer.status, kJsonType, BodyFraming::length, reply_body.size());
        out += reply_body;
        return LastBytes{out};
    });
    reader.release(true);
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

namespace {

// Writes `bytes` as a chunk, or as they are where the body ends by closing.
struct LargePieces {
    LargePieces(BodyFraming framing, std::string_view bytes, bool last) {
        pieces[1] = bytes;
        if (framing != BodyFraming::chunked) return;
        pieces[0] = std::string_view(size_text, wire::write_chunk_head(bytes.size(), size_text));
        pieces[2] = last ? "\r\n0\r\n\r\n" : "\r\n";
    }
    LargePieces(const LargePieces&) = delete;
    LargePieces& operator=(const LargePieces&) = delete;

    LastBytes pieces;
    char size_text[20];
};

// What came of forwarding a large answer, of which the reader has the tail in hand.
struct LargeEnd {
    Error error;
    std::size_t body_bytes = 0;  // of the whole
};

// Forwards all but the last kHeldTailBytes as they come.
wire::Awaitable<LargeEnd> forward_all_but_tail(Connection& connection, const std::string& provider, BodyFraming framing,
                                               BodyReader& reader) {
    LargeEnd end;
    end.body_bytes = reader.in_hand().size();
    while (!reader.ended()) {
        if (reader.in_hand().size() > 2 * kHeldTailBytes) {
            const std::size_t now = reader.in_hand().size() - kHeldTailBytes;
            const LargePieces out(framing, reader.in_hand().substr(0, now), false);
            if (!connection.write_now(out.pieces)) co_await connection.write_rest(out.pieces);
            reader.consume(now);
        }
        if (connection.abandoned()) {
            end.error = upstream_failure(connection, provider, {});
            co_return end;
        }
        const BodyPart part = reader.take(co_await reader.read());
        end.error = part.error;
        if (end.error) co_return end;
        end.body_bytes += part.payload.size();
    }
    const std::string_view tail = reader.in_hand();
    const auto last_byte = tail.find_last_not_of(" \t\r\n");
    if (last_byte == std::string_view::npos || tail[last_byte] != '}') {
        end.error = invalid_answer(provider, "a body that ends inside a JSON object");
    }
    co_return end;
}

// Where the tail's usage object begins; npos if it has none. Providers write `usage` last.
std::size_t find_usage(std::string_view tail) {
    constexpr std::string_view kName = "\"usage\"";
    const auto at = tail.rfind(kName);
    if (at == std::string_view::npos) return at;
    const auto open = tail.find_first_not_of(": \t\r\n", at + kName.size());
    return open != std::string_view::npos && tail[open] == '{' ? open : std::string_view::npos;
}

}  // namespace

// The head goes out at once; the last kHeldTailBytes stay back until the answer is settled.
wire::Awaitable<Error> relay_large_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                        BodyReader& reader) {
    RequestContext& request = connection.request;
    const BodyFraming framing = open_ended_framing(connection);
    connection.out.clear();
    append_head(connection, connection.out, answer.status, kJsonType, framing, 0);
    const std::array<std::string_view, 1> head{connection.out};
    if (!connection.write_now(head)) co_await connection.write_rest(head);
    const LargeEnd end = co_await forward_all_but_tail(connection, answer.pool->provider().name, framing, reader);
    if (end.error) {
        connection.close_after = true;  // the body stays visibly incomplete
        connection.reset_on_close = framing == BodyFraming::until_close;
        reader.release(false);
        co_return end.error;
    }
    std::string tail(reader.in_hand());
    reader.release(true);
    AnswerFacts facts;
    facts.text_bytes = static_cast<std::int64_t>(end.body_bytes);
    const auto open = find_usage(tail);
    if (open != std::string::npos) facts.has_usage = parse_usage(std::string_view(tail).substr(open), facts.usage);
    request.status = answer.status;
    std::optional<LargePieces> last;
    Conclusion conclusion(connection, held);
    const bool finished = conclusion.finish_now(ending_of(request, tail, facts), [&](NanoUsd cost) {
        if (facts.has_usage) {
            JsonMembers members(tail, open);
            while (members.next()) {
            }
            if (members.closed()) tail.insert(members.position(), ",\"cost\":" + to_usd(cost));
        }
        last.emplace(framing, tail, true);
        return last->pieces;
    });
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

}  // namespace tollgate
