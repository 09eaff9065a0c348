#include "gateway/client/decode_body.h"

#include <boost/asio/post.hpp>
#include <cstring>

#include "gateway/client/connection.h"
#include "gateway/client/receive_body.h"
#include "gateway/wire/content_decoder.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::size_t kStepBytes = 256 * 1024;  // decoded before other connections have their turn

std::string in_words(std::size_t bytes) { return std::to_string(bytes) + " bytes"; }

// One step: what is decoded is appended, what was used is counted.
Error decode_some(Connection& connection, wire::ContentDecoder& decoder, std::size_t& used, std::string& decoded) {
    Exchange& request = connection.request;
    const std::size_t coded = request.received.bytes, limit = most_body_bytes(connection);
    const std::size_t step = std::min(kStepBytes, limit + 1 - decoded.size());
    if (!reserve_body(connection, coded + decoded.size() + step)) {
        return {ErrorKind::overloaded, "too many request bodies are in memory"};
    }
    const std::size_t before = decoded.size();
    std::string_view input = connection.in.view().substr(used, coded - used);
    decoder.decode(input, step, decoded);
    const bool progressed = input.size() != coded - used || decoded.size() != before;
    used = coded - input.size();
    if (decoded.size() > limit) {
        return {ErrorKind::request_too_large, "the decoded body is larger than " + in_words(limit)};
    }
    if (decoder.state() == wire::ContentDecoder::State::invalid) {
        return {ErrorKind::bad_request, "the body is not what content-encoding says"};
    }
    if (!progressed && !decoder.may_end()) {
        return {ErrorKind::bad_request, "the encoded body is incomplete"};
    }
    return {};
}

// What follows the body belongs to the next request.
void put_in_place(Connection& connection, std::string_view decoded) {
    wire::Buffer& in = connection.in;
    const std::string next(in.view().substr(connection.request.received.bytes));
    in.clear();
    char* const to = in.room(decoded.size() + next.size());
    std::memcpy(to, decoded.data(), decoded.size());
    std::memcpy(to + decoded.size(), next.data(), next.size());
    in.produced(decoded.size() + next.size());
    connection.request.received.bytes = decoded.size();
}

}  // namespace

Error check_coding(Connection& connection) {
    const wire::ContentCoding coding = connection.request.head.body_coding;
    if (coding != wire::ContentCoding::unknown && coding != wire::ContentCoding::br) return {};
    return {ErrorKind::unsupported_media_type,
            "this content-encoding is not supported; gzip, deflate and zstd are, one at a time", "content-encoding"};
}

wire::Awaitable<Error> decode_body(Connection& connection) {
    wire::ContentDecoder decoder(connection.request.head.body_coding);
    std::string decoded;
    std::size_t used = 0;
    while (true) {
        Error error = decode_some(connection, decoder, used, decoded);
        if (error) co_return error;
        if (decoder.may_end() && used == connection.request.received.bytes) break;
        co_await wire::asio::post(connection.worker().io(), wire::kAwait);
    }
    put_in_place(connection, decoded);
    co_return Error{};
}

}  // namespace tollgate
