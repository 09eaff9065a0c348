// The reader of WebSocket frames: any split gives what the whole gives; and the events of a Realtime session, which are
// what its messages hold.
#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "gateway/chat/realtime_meter.h"
#include "gateway/wire/websocket.h"
#include "tests/fuzz/input.h"

namespace {

using tollgate::wire::Buffer;
using tollgate::wire::WebSocketReader;
using Found = WebSocketReader::Found;

constexpr std::size_t kMost = 2000;

struct Read {
    std::vector<std::string> messages, controls;
    Found last = Found::more;
    std::uint16_t code = 0;
    bool operator==(const Read&) const = default;
};

Read read(std::string_view bytes, WebSocketReader::Peer peer, std::size_t piece) {
    WebSocketReader reader(peer, kMost);
    Buffer in(16);
    Read result;
    for (std::size_t at = 0; at < bytes.size() && result.last == Found::more; at += piece) {
        const std::string_view part = bytes.substr(at, piece);
        std::memcpy(in.room(part.size()), part.data(), part.size());
        in.produced(part.size());
        for (result.last = reader.next(in); result.last != Found::more; result.last = reader.next(in)) {
            if (result.last == Found::refused || result.last == Found::close) break;
            if (result.last == Found::message) {
                const auto payload = reader.payload(in);
                tollgate::fuzz::require(payload.size() <= kMost, "no message is longer than allowed");
                result.messages.emplace_back(payload.data(), payload.size());
                reader.consume_message(in);
            } else {
                result.controls.emplace_back(reader.control());
            }
        }
        tollgate::fuzz::require(result.last != Found::more || reader.missing() > 0, "something is missing");
    }
    result.code = result.last == Found::more ? 0 : reader.close_code();
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    tollgate::fuzz::Input input(data, size);
    const std::size_t piece = input.byte() + 1U;
    const auto peer = input.byte() % 2 == 0 ? WebSocketReader::Peer::client : WebSocketReader::Peer::server;
    const std::string_view bytes = input.rest();
    const Read whole = read(bytes, peer, std::max<std::size_t>(bytes.size(), 1));
    tollgate::fuzz::require(read(bytes, peer, piece) == whole, "any split gives the same");
    tollgate::RealtimeMeter meter;
    for (const std::string& message : whole.messages) {
        if (meter.may_create()) meter.sent(tollgate::read_client_event(message));
        meter.came(tollgate::read_server_event(message));
        tollgate::fuzz::require(meter.expected() >= 1 && meter.expected() <= tollgate::RealtimeMeter::kMostResponses,
                                "as many responses are expected as may be");
        tollgate::fuzz::require(meter.context_tokens() >= 0, "a conversation has no less than no tokens");
    }
    return 0;
}
