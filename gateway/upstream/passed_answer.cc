#include "gateway/upstream/passed_answer.h"

#include <algorithm>
#include <array>

#include "gateway/wire/http_head.h"

namespace tollgate {
namespace {

bool is_of(std::string_view content_type, std::string_view kind) {
    return wire::equals_ignoring_case(content_type.substr(0, kind.size()), kind);
}

struct EventEnd {
    std::size_t begin = std::string_view::npos, size = 0;
};

// An empty line, whatever ends lines: https://html.spec.whatwg.org/multipage/server-sent-events.html
EventEnd find_event_end(std::string_view text, std::size_t from) {
    constexpr std::array<std::string_view, 3> kEnds = {"\n\n", "\r\n\r\n", "\r\r"};
    EventEnd first;
    for (const std::string_view end : kEnds) {
        if (const std::size_t at = text.find(end, from); at < first.begin) first = {at, end.size()};
    }
    return first;
}

// Ends are told by the name of the event's type, such as transcript.text.done, or by what is in the last one only.
bool closes(std::string_view event) {
    constexpr std::array<std::string_view, 4> kSigns = {"\"usage\"", ".done\"", ".completed\"", "[DONE]"};
    return std::ranges::any_of(kSigns, [event](std::string_view sign) { return event.contains(sign); });
}

}  // namespace

PassedAnswer::PassedAnswer(std::string_view content_type, std::size_t max_depth)
    : kind_(is_of(content_type, "application/json")    ? Kind::json
            : is_of(content_type, "text/event-stream") ? Kind::events
                                                       : Kind::other),
      max_depth_(max_depth),
      scanner_(max_depth) {}

std::size_t PassedAnswer::take(std::string_view in_hand, std::size_t part_bytes) {
    switch (kind_) {
        case Kind::json:
            scanner_.feed(in_hand.substr(in_hand.size() - part_bytes));
            return in_hand.size() > 2 * kHeldTailBytes ? in_hand.size() - kHeldTailBytes : 0;
        case Kind::events:
            return take_events(in_hand);
        case Kind::other:
            break;
    }
    return in_hand.size() - part_bytes;
}

void PassedAnswer::end(std::string_view in_hand) {
    if (kind_ == Kind::json) note(scanner_);
    if (kind_ == Kind::events) look_at(in_hand.substr(std::min(begun_, in_hand.size())));  // without its empty line
}

std::size_t PassedAnswer::take_events(std::string_view in_hand) {
    for (EventEnd end = find_event_end(in_hand, begun_); end.size > 0; end = find_event_end(in_hand, begun_)) {
        const std::string_view event = in_hand.substr(begun_, end.begin - begun_);
        if (!closing_ && closes(event)) {
            closing_ = true;
            held_ = begun_;
        }
        look_at(event);
        begun_ = end.begin + end.size;
    }
    const std::size_t now = closing_ ? held_ : begun_;
    return in_hand.size() - now > kMostHeldBytes ? in_hand.size() - kHeldTailBytes : now;
}

void PassedAnswer::consume(std::size_t bytes) {
    begun_ -= std::min(begun_, bytes);
    held_ -= std::min(held_, bytes);
}

void PassedAnswer::look_at(std::string_view event) {
    const std::size_t begin = event.find('{');
    if (begin == std::string_view::npos || !event.contains("\"usage\"")) return;
    UsageScanner scanner(max_depth_);
    scanner.feed(event.substr(begin));
    note(scanner);
}

void PassedAnswer::note(const UsageScanner& scanner) {
    if (!scanner.has_usage()) return;
    has_usage_ = true;
    usage_ = scanner.usage();
}

}  // namespace tollgate
