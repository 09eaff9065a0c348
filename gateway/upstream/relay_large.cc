// A JSON answer too large to hold: relayed as it comes, as JSON or as one event of a stream, with its tail held until
// it is settled.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/chat/dialect/openai_whole_to_chunk.h"
#include "gateway/chat/dialect/usage_json.h"
#include "gateway/client/connection.h"
#include "gateway/client/reply.h"
#include "gateway/exchange/abandoned.h"
#include "gateway/exchange/conclude.h"
#include "gateway/exchange/token_usage.h"
#include "gateway/exchange/told_cost.h"
#include "gateway/upstream/body_reader.h"
#include "gateway/upstream/relay.h"
#include "gateway/upstream/usage_scanner.h"
#include "gateway/wire/chunked.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kHeldTailBytes = 64 * 1024;

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

Error not_whole(const UsageScanner& scanner, const std::string& provider) {
    const char* const what =
        scanner.broken() ? "a body that is not a JSON object" : "a body that ends inside a JSON object";
    return {ErrorKind::upstream_invalid_response, "provider " + provider + " sent " + what};
}

// For the orphan policy: what was passed on is charged should the process die.
void note_progress(HeldRequest& held, const UsageTerms& terms, const UsageScanner& scanner) {
    held.progress(large_ending(terms, scanner).usage.completion);
}

// Forwards all but the last kHeldTailBytes as they come. All of it is scanned.
wire::Awaitable<Error> forward_all_but_tail(Connection& connection, HeldRequest& held, BodyFraming framing,
                                            BodyReader& reader, UsageScanner& scanner) {
    const std::string& provider = connection.request.attempt.endpoint->provider->name;
    const UsageTerms terms = terms_of(connection.request);
    scanner.feed(reader.in_hand());
    reader.consume(scanner.object_begin());
    while (!reader.ended()) {
        if (reader.in_hand().size() > 2 * kHeldTailBytes) {
            const std::size_t now = reader.in_hand().size() - kHeldTailBytes;
            const LargePieces out(framing, reader.in_hand().substr(0, now), false);
            if (!connection.write_now(out.pieces)) co_await connection.write_rest(out.pieces);
            reader.consume(now);
            reader.shrink();
            note_progress(held, terms, scanner);
        }
        if (connection.abandoned()) co_return upstream_failure(connection, provider, {});
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) co_return part.error;
        scanner.feed(part.payload);
    }
    co_return scanner.whole() ? Error{} : not_whole(scanner, provider);
}

// The end of an answer, with what stands behind it left out.
class Tail {
  public:
    Tail(const UsageScanner& scanner, std::string& text) : scanner_(scanner), text_(text) {
        const std::size_t begin = scanner.bytes() - text.size();
        if (scanner.object_end() > begin) text.resize(scanner.object_end() - begin);
        if (scanner.usage_end() != 0 && scanner.usage_begin() >= begin) usage_at_ = scanner.usage_begin() - begin;
    }

    // Usage passed already, as the provider wrote it.
    bool usage_passed() const { return scanner_.usage_end() != 0 && !usage_at_; }

    // What is charged goes into the usage, if that stands in the tail, else behind the last member: of two members of
    // one name the last one holds.
    void show(const ChargedUsage& charged) {
        if (!usage_at_) {
            const std::size_t brace = text_.rfind('}');
            if (brace != std::string::npos)
                text_.insert(brace, ",\"usage\":" + usage_json(charged.counts, charged.cost));
            return;
        }
        std::string usage;
        append_usage(std::string_view(text_).substr(*usage_at_, usage_size()), charged, usage);
        text_.replace(*usage_at_, usage_size(), usage);
    }

    void drop_usage() {
        if (!usage_at_) return;
        const std::size_t key = text_.rfind("\"usage\"", *usage_at_);
        const std::size_t before = text_.find_last_not_of(" \t\r\n", key == 0 ? std::string::npos : key - 1);
        if (key == std::string::npos || key == 0 || before == std::string::npos || text_[before] != ',') {
            text_.replace(*usage_at_, usage_size(), "null");
        } else {
            text_.erase(before, *usage_at_ + usage_size() - before);
        }
    }

  private:
    std::size_t usage_size() const { return scanner_.usage_end() - scanner_.usage_begin(); }

    const UsageScanner& scanner_;
    std::string& text_;
    std::optional<std::size_t> usage_at_;
};

// Shows usage to a client that is to see it: in the event, or in a further one if the event's own has passed.
void end_event(const UsageScanner& scanner, const Exchange& request, const ChargedUsage& charged, std::string& text) {
    const bool shown = request.head.inbound->always_shows_usage() || request.ask.body.include_usage;
    Tail tail(scanner, text);
    if (!shown) {
        tail.drop_usage();
    } else if (!tail.usage_passed()) {
        tail.show(charged);
    }
    text += "\n\n";
    if (shown && tail.usage_passed()) {
        text += "data: {";
        if (!scanner.id().empty()) text.append("\"id\":").append(scanner.id()).append(",");
        const bool completions = request.ask.api == ApiType::completions;
        text.append("\"object\":\"").append(completions ? "text_completion" : "chat.completion.chunk");
        text += "\",\"choices\":[],\"usage\":";
        text += usage_json(charged.counts, charged.cost) + "}\n\n";
    }
    text += "data: [DONE]\n\n";
}

// A whole answer on its way into the one event that says it all. `text` is JSON that has not been sent.
struct LargeEvent {
    explicit LargeEvent(std::size_t max_depth) : scanner(max_depth) {}

    void take(std::string_view bytes) {
        const std::size_t before = text.size();
        chunk.take(bytes, text);
        scanner.feed(std::string_view(text).substr(before));
    }

    OpenAiWholeToChunk chunk;
    UsageScanner scanner;
    std::string text;
};

// The body stays visibly incomplete.
void end_broken(Connection& connection, const Error& error, BodyFraming framing) {
    connection.request.reply.error = error.kind();
    connection.close_after = true;
    connection.reset_on_close = framing == BodyFraming::until_close;
}

// What came is booked, and charged for if it was the client that left.
Ending broken_ending(Connection& connection, const UsageScanner& scanner) {
    Ending ending;
    if (scanner.may_answer() || !scanner.says_error()) ending = large_ending(terms_of(connection.request), scanner);
    if (connection.client_gone()) return with_unseen(connection.request, ending);
    ending.charge = !connection.worker().config().credit.zero_completion_insurance;
    return ending;
}

wire::Awaitable<void> send_events(Connection& connection, std::string_view bytes) {
    const EventReply::Pieces& pieces = connection.events.events(bytes);
    if (!connection.write_now(pieces)) co_await connection.write_rest(pieces);
}

// The same for such an event.
wire::Awaitable<Error> forward_event_but_tail(Connection& connection, HeldRequest& held, BodyReader& reader,
                                              LargeEvent& event) {
    const std::string& provider = connection.request.attempt.endpoint->provider->name;
    const UsageTerms terms = terms_of(connection.request);
    co_await send_events(connection, "data: ");
    event.take(reader.in_hand());
    reader.consume(reader.in_hand().size());
    while (!reader.ended()) {
        if (event.text.size() > 2 * kHeldTailBytes) {
            const std::size_t now = event.text.size() - kHeldTailBytes;
            co_await send_events(connection, std::string_view(event.text).substr(0, now));
            event.text.erase(0, now);
            note_progress(held, terms, event.scanner);
            if (event.text.capacity() > kMostRead + 2 * kHeldTailBytes) event.text.shrink_to_fit();
        }
        if (connection.abandoned()) co_return upstream_failure(connection, provider, {});
        const BodyPart part = reader.must_read() ? reader.take(co_await reader.read()) : reader.take();
        if (part.error) co_return part.error;
        event.take(part.payload);
        reader.consume(part.payload.size());
    }
    co_return event.scanner.whole() ? Error{} : not_whole(event.scanner, provider);
}

}  // namespace

// The head goes out at once; the last kHeldTailBytes stay back until the answer is settled.
wire::Awaitable<Error> relay_large_json(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                        BodyReader& reader) {
    Exchange& request = connection.request;
    const BodyFraming framing = open_ended_framing(connection);
    connection.out.clear();
    append_head(connection, connection.out, answer.status, kJsonType, framing, 0);
    const std::array<std::string_view, 1> head{connection.out};
    if (!connection.write_now(head)) co_await connection.write_rest(head);
    const auto scanner = std::make_unique<UsageScanner>(connection.worker().config().limits.max_json_depth);
    Error error = co_await forward_all_but_tail(connection, held, framing, reader, *scanner);
    if (!error) error = inspect_scanned(*scanner, source_of(request));
    if (error) {
        reader.release(false);
        end_broken(connection, error, framing);
        co_await conclude_failed(connection, held, broken_ending(connection, *scanner));
        co_return error;
    }
    std::string tail(reader.in_hand());
    reader.release(true);
    request.reply.status = answer.status;
    std::optional<LargePieces> last;
    Conclusion conclusion(connection, held);
    const Ending ending = large_ending(terms_of(request), *scanner);
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd cost) {
        const bool reported = ending.source == UsageSource::provider;
        const std::string cost_text = told_cost(request, cost);
        Tail(*scanner, tail).show({token_counts(ending.usage), reported, cost_text});
        last.emplace(framing, tail, true);
        return last->pieces;
    });
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

// The same as one event. Its client sees the end of the connection inside the event if the answer breaks off.
wire::Awaitable<Error> relay_large_event(Connection& connection, HeldRequest& held, UpstreamAnswer& answer,
                                         BodyReader& reader, std::string_view beginning) {
    Exchange& request = connection.request;
    const auto event = std::make_unique<LargeEvent>(connection.worker().config().limits.max_json_depth);
    event->take(beginning);
    request.attempt.note_first_token();
    request.attempt.generated = true;
    Error error = co_await forward_event_but_tail(connection, held, reader, *event);
    if (!error) {
        error = inspect_scanned(event->scanner, source_of(request));
        if (error) event->text.clear();  // it may hold what no client is told
    }
    reader.release(!error);
    if (error) end_broken(connection, error, connection.events.framing());
    if (error && connection.client_gone()) {
        co_await conclude_failed(connection, held, broken_ending(connection, event->scanner));
        co_return error;
    }
    request.reply.status = answer.status;
    Conclusion conclusion(connection, held);
    const Ending ending =
        error ? broken_ending(connection, event->scanner) : large_ending(terms_of(request), event->scanner);
    const bool finished = conclusion.finish_now(ending, [&](NanoUsd cost) {
        const bool reported = ending.source == UsageSource::provider;
        const std::string cost_text = told_cost(request, cost);
        if (error) {
            event->text += "\n\n";
            connection.meter.append_error(error, event->text);
        } else {
            end_event(event->scanner, request, {token_counts(ending.usage), reported, cost_text}, event->text);
        }
        return connection.events.last_events(event->text);
    });
    if (!finished) co_await conclusion.finish();
    co_return Error{};
}

}  // namespace tollgate
