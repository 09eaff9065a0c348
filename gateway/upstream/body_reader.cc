#include "gateway/upstream/body_reader.h"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kLeastRoom = 4096;               // for a read
constexpr std::size_t kMostDecodedBytes = 256 * 1024;  // of a coded body, a part
constexpr std::uint32_t kStepsOfATurn = 4;             // of decoding, before other connections have theirs

// Reads a body whose payload is complete to the end of its framing, within bounds, so that its connection can be used
// again.
wire::Awaitable<void> read_to_end(std::unique_ptr<UpstreamConnection> upstream, UpstreamPool& pool,
                                  BodyDecoder decoder) {
    constexpr auto kLongest = std::chrono::seconds(1);
    constexpr std::size_t kMostBytes = 65536;
    wire::Timer timer(upstream->stream.socket().get_executor());
    timer.expires_after(kLongest);
    wire::Stream* const stream = &upstream->stream;
    const auto reading = std::make_shared<bool>(true);  // the handler may outlive the stream
    timer.async_wait([stream, reading](const wire::ErrorCode& cancelled) {
        if (!cancelled && *reading) stream->cancel();
    });
    wire::Buffer& in = upstream->in;
    std::size_t seen = 0;
    while (seen < kMostBytes && decoder.state() == BodyDecoder::State::more) {
        char* const to = in.room(kLeastRoom);
        auto [error, bytes] = co_await upstream->stream.read_some(to, in.room_size());
        if (error || bytes == 0) break;
        in.produced(bytes);
        seen += bytes;
        in.consume(decoder.decode(in, 0, false));
    }
    *reading = false;
    if (decoder.state() == BodyDecoder::State::ended && in.empty()) {
        pool.give_back(std::move(upstream), wire::Clock::now());
    } else {
        pool.discard(std::move(upstream));
    }
}

GatheredBody* gathered_by(const Exchange& request) {
    return request.cache != nullptr && request.cache->turn ? &request.cache->body : nullptr;
}

}  // namespace

BodyDecoder::BodyDecoder(wire::Framing framing, std::uint64_t content_length)
    : framing_(framing), bytes_left_(content_length) {
    const bool empty = framing == wire::Framing::none || (framing == wire::Framing::length && content_length == 0);
    if (empty) state_ = State::ended;
}

std::size_t BodyDecoder::decode(wire::Buffer& in, std::size_t offset, bool closed) {
    if (state_ != State::more) return 0;
    const std::size_t received = in.size() - offset;
    if (framing_ == wire::Framing::length) {
        const auto payload = static_cast<std::size_t>(std::min<std::uint64_t>(received, bytes_left_));
        bytes_left_ -= payload;
        if (bytes_left_ == 0) state_ = State::ended;
        return payload;
    }
    if (framing_ == wire::Framing::until_close) {
        if (closed) state_ = State::ended;
        return received;
    }
    const wire::ChunkDecoder::Step step = chunks_.decode(in.data() + offset, received);
    in.cut(offset + step.payload, step.consumed - step.payload);
    if (step.state == wire::ChunkDecoder::State::done) state_ = State::ended;
    if (step.state == wire::ChunkDecoder::State::refused) state_ = State::refused;
    return step.payload;
}

BodyReader::BodyReader(Connection& connection, UpstreamAnswer& answer)
    : connection_(connection),
      answer_(answer),
      gathered_(gathered_by(connection.request)),
      decoder_(answer.framing, answer.content_length),
      must_read_(answer.connection->in.empty()) {
    if (gathered_ != nullptr) {
        gathered_->begin();
        connection.request.cache->event_stream = answer.event_stream;
    }
    // Of a coding that is not known the bytes are looked at as they are: they will be no JSON, and that is said.
    // An empty body has none to undo.
    if (answer.codings.applied().empty() || decoder_.state() == BodyDecoder::State::ended) return;
    coded_ = std::make_unique<Coded>(wire::StackedDecoder(answer.codings.applied()), answer.codings.too_many());
}

bool BodyReader::ended() const {
    return coded_ == nullptr ? decoder_.state() == BodyDecoder::State::ended : coded_->ended;
}

std::string_view BodyReader::in_hand() const {
    if (coded_ != nullptr) return coded_->text;
    return answer_.connection->in.view().substr(0, bytes_in_hand_);
}

wire::Awaitable<wire::Stream::ReadResult> BodyReader::read(std::uint32_t timeout_ms) {
    if (coded_ != nullptr && coded_->since_turn >= kStepsOfATurn) return give_turn();
    UpstreamConnection& upstream = *answer_.connection;
    if (timeout_ms == 0) timeout_ms = connection_.worker().config().timeouts.stream_gap_timeout_ms;
    connection_.expect_upstream(upstream.stream, timeout_ms);
    char* const to = upstream.in.room(kLeastRoom);
    return upstream.stream.read_some(to, std::min(upstream.in.room_size(), kMostRead));
}

wire::Awaitable<wire::Stream::ReadResult> BodyReader::give_turn() {
    coded_->since_turn = 0;
    co_await wire::asio::post(connection_.worker().io(), wire::kAwait);
    co_return wire::Stream::ReadResult{};
}

BodyPart BodyReader::take(const wire::Stream::ReadResult& read) {
    BodyPart part = take_framed(read);
    if (gathered_ != nullptr) gathered_->add(part.payload);
    return part;
}

BodyPart BodyReader::take_framed(const wire::Stream::ReadResult& read) {
    const auto& [error, bytes] = read;
    wire::Buffer& in = answer_.connection->in;
    const bool closed = error == wire::asio::error::eof || error == wire::asio::ssl::error::stream_truncated;
    BodyPart part;
    if (error && !(closed && decoder_.framing() == wire::Framing::until_close)) {
        part.error = upstream_failure(connection_, answer_.pool->provider().name, error);
    } else {
        must_read_ = true;
        in.produced(bytes);
        connection_.answer_read(bytes);
        if (!connection_.request.attempt.streamed) connection_.request.attempt.note_first_bytes(bytes == 0);
        const std::size_t payload = decoder_.decode(in, bytes_in_hand_, closed);
        part.payload = in.view().substr(bytes_in_hand_, payload);
        part.end = decoder_.state() == BodyDecoder::State::ended;
        bytes_in_hand_ += payload;
    }
    if (decoder_.state() == BodyDecoder::State::refused) part.error = malformed(decoder_.reason());
    return coded_ == nullptr ? part : decode(std::move(part));
}

Error BodyReader::malformed(std::string_view what) const {
    return {ErrorKind::upstream_invalid_response,
            "provider " + answer_.pool->provider().name + " sent a malformed body: " + std::string(what)};
}

// What is still coded stays at the front of the connection's buffer.
BodyPart BodyReader::decode(BodyPart coded) {
    wire::Buffer& in = answer_.connection->in;
    BodyPart part;
    part.error = std::move(coded.error);
    if (coded_->too_many) {
        part.error = malformed("more than " + std::to_string(wire::ContentCodings::kMost) + " content codings");
        return part;
    }
    std::string_view left = in.view().substr(0, bytes_in_hand_);
    const std::size_t before = coded_->text.size();
    coded_->decoder.decode(left, kMostDecodedBytes, coded_->text);
    in.consume(bytes_in_hand_ - left.size());
    bytes_in_hand_ = left.size();
    part.payload = std::string_view(coded_->text).substr(before);
    using State = wire::StackedDecoder::State;
    if (coded_->decoder.has_more()) {
        must_read_ = ++coded_->since_turn >= kStepsOfATurn;
    } else if (decoder_.state() == BodyDecoder::State::ended) {
        coded_->ended = part.end = true;
    }
    const bool cut_off = part.end && coded_->decoder.state() == State::more && !coded_->decoder.may_end();
    if (coded_->decoder.state() == State::invalid) part.error = malformed("its content coding cannot be undone");
    if (coded_->decoder.state() == State::bomb) part.error = malformed("it grows too much as its coding is undone");
    if (cut_off) part.error = malformed("it ends inside its content coding");
    return part;
}

void BodyReader::consume(std::size_t bytes) {
    if (coded_ != nullptr) {
        coded_->text.erase(0, bytes);
        return;
    }
    answer_.connection->in.consume(bytes);
    bytes_in_hand_ -= bytes;
}

void BodyReader::release(bool whole) {
    connection_.expect_nobody();
    if (answer_.connection == nullptr) return;
    answer_.connection->in.consume(bytes_in_hand_);
    bytes_in_hand_ = 0;
    const bool reusable = whole && answer_.keep_alive;
    const bool at_end = decoder_.state() == BodyDecoder::State::ended;
    if (reusable && at_end && answer_.connection->in.empty()) {
        answer_.pool->give_back(std::move(answer_.connection), connection_.worker().tick_time());
    } else if (reusable && !at_end && decoder_.framing() == wire::Framing::chunked) {
        wire::asio::co_spawn(connection_.worker().io(),
                             read_to_end(std::move(answer_.connection), *answer_.pool, decoder_), wire::asio::detached);
    } else {
        answer_.pool->discard(std::move(answer_.connection));
    }
}

}  // namespace tollgate
