// Sans-I/O verdict on the head of an HTTP/1 message (RFC 9110, RFC 9112): strict where a lenient reading would let two
// parties disagree about where a message ends. It replaces Beast's parser on the data path: Beast 1.81 accepts
// `Transfer-Encoding: gzip` with an empty body, obs-fold, absent or doubled Host and list-form lengths, so every byte
// would have to be judged here anyway, and its parse costs some 16,000 instructions a head more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tollgate::wire {

inline constexpr std::size_t kMaxHeadFields = 128;  // hard bound; the configured limit is at most this

struct HeaderField {
    std::string_view name;   // as received
    std::string_view value;  // without surrounding white space
};

enum class Framing : std::uint8_t { none, length, chunked, until_close };

// Why a head was refused: the status to answer and what was wrong, without any of the client's bytes.
struct HeadRefusal {
    int status = 0;  // 0: not refused
    std::string_view reason;
};

// Views point into the buffer that was parsed.
struct MessageHead {
    int minor_version = 1;  // HTTP/1.x
    bool keep_alive = true;
    Framing framing = Framing::none;
    std::uint64_t content_length = 0;  // when framing is length
    std::size_t head_bytes = 0;        // up to and including the empty line
    std::size_t field_count = 0;
    std::uint64_t name_bits = 0;  // name_bit() of each field: most lookups find none
    std::array<HeaderField, kMaxHeadFields> fields;

    // Case-insensitive; the first of that name, empty if absent.
    std::string_view field(std::string_view lower_case_name) const {
        return (name_bits & name_bit(lower_case_name)) == 0 ? std::string_view() : look_up(lower_case_name);
    }
    // Of its size and its first and last letter, in either case. The factors keep the names that are looked up apart
    // from those that clients usually send.
    static constexpr std::uint64_t name_bit(std::string_view name) {
        constexpr std::size_t kBits = 64, kLetter = 0x1f;
        const auto letter = [](char c) { return static_cast<unsigned char>(c) & kLetter; };
        return std::uint64_t{1} << ((name.size() + 2 * letter(name.front()) + 8 * letter(name.back())) % kBits);
    }

  private:
    std::string_view look_up(std::string_view lower_case_name) const;
};

struct RequestHead : MessageHead {
    std::string_view method;
    std::string_view target;  // as received
    std::string_view path;    // normalised: of an absolute-form target only its path
    std::string_view query;   // without '?'
    bool expect_continue = false;
};

struct ResponseHead : MessageHead {
    int status = 0;
};

// Where the head ends (offset after the empty line), 0 if it is not complete yet. `from`: bytes already searched.
std::size_t find_head_end(std::string_view bytes, std::size_t from);

// Judges an incomplete head, so that hopeless bytes are refused at once and not at a timeout.
// `from`: bytes already judged.
HeadRefusal judge_incomplete_head(std::string_view bytes, std::size_t from);

// Parses a complete head (`bytes` ends with the empty line). On refusal `head` is unspecified.
HeadRefusal parse_request_head(std::string_view bytes, std::size_t max_fields, RequestHead& head);
// `request_was_head`: the answer to HEAD has no body whatever its fields say.
HeadRefusal parse_response_head(std::string_view bytes, std::size_t max_fields, bool request_was_head,
                                ResponseHead& head);

// `lower_case` is ASCII.
bool equals_ignoring_case(std::string_view text, std::string_view lower_case);
// True if the line, without its CRLF, is a field: a token, a colon and a valid value.
bool is_field(std::string_view line);
// True if a message with this trailer is refused: framing, routing, authentication (RFC 9110 6.5.1). Others are
// dropped.
bool forbidden_in_trailer(std::string_view name);

}  // namespace tollgate::wire
