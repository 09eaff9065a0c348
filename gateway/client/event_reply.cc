#include "gateway/client/event_reply.h"

#include "gateway/client/connection.h"
#include "gateway/wire/chunked.h"

namespace tollgate {
namespace {

constexpr std::string_view kStreamFields = "cache-control: no-cache\r\nx-accel-buffering: no\r\n";
constexpr std::string_view kLastChunk = "\r\n0\r\n\r\n";

}  // namespace

void EventReply::begin(Connection& connection, int status) {
    if (open()) return;
    framing_ = open_ended_framing(connection);
    head_.clear();
    const std::string_view type = connection.request.ask.events_as_list ? kJsonType : kEventStreamType;
    append_head(connection, head_, status, type, framing_, 0, kStreamFields);
}

void EventReply::gather(std::string_view events) {
    pieces_ = {};
    if (!open()) pieces_[0] = head_;
    if (framing_ == BodyFraming::chunked && !events.empty()) {
        pieces_[1] = std::string_view(size_text_.data(), wire::write_chunk_head(events.size(), size_text_.data()));
    }
    pieces_[2] = events;
}

const EventReply::Pieces& EventReply::events(std::string_view events) {
    gather(events);
    if (framing_ == BodyFraming::chunked && !events.empty()) pieces_[3] = kLastChunk.substr(0, 2);
    if (state_ == State::none) state_ = State::head_sent;
    if (!events.empty()) state_ = State::events_sent;
    return pieces_;
}

const EventReply::Pieces& EventReply::last_events(std::string_view events) {
    gather(events);
    if (framing_ == BodyFraming::chunked) pieces_[3] = events.empty() ? kLastChunk.substr(2) : kLastChunk;
    state_ = State::over;
    return pieces_;
}

wire::Awaitable<void> EventReply::show_life(Connection& connection) {
    const State before = state_;
    events(connection.request.head.inbound->sign_of_life());
    state_ = before == State::none ? State::head_sent : before;
    if (!connection.write_now(pieces_)) co_await connection.write_rest(pieces_);
}

}  // namespace tollgate
