#include "gateway/chat/reader/aws_event_stream.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <optional>

#include "gateway/text/ascii.h"
#include "gateway/text/base64.h"
#include "gateway/text/json_members.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

constexpr std::size_t kPreludeBytes = 12, kChecksumBytes = 4;
constexpr std::size_t kLeastFrameBytes = kPreludeBytes + kChecksumBytes;

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t width) {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < width; ++i) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

// Whether the last four of these bytes are the checksum of the others.
bool checksum_holds(std::string_view bytes) {
    const std::size_t size = bytes.size() - kChecksumBytes;
    const auto* const begin = reinterpret_cast<const Bytef*>(bytes.data());
    return crc32_z(0, begin, size) == number_at(bytes, size, kChecksumBytes);
}

enum HeaderType : std::uint8_t { kBytes = 6, kString = 7, kHeaderTypes = 10 };
// Of a value, by its type: true, false, byte, short, integer, long, (bytes, string: told), timestamp, UUID.
constexpr std::array<std::size_t, kHeaderTypes> kValueBytes = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};

// A header's value; nothing where the text ends before it does. Of another type than a string it is empty.
std::optional<std::string_view> take_value(std::string_view& text) {
    if (text.empty()) return std::nullopt;
    const auto type = static_cast<std::uint8_t>(text.front());
    text.remove_prefix(1);
    if (type >= kHeaderTypes) return std::nullopt;
    std::size_t size = kValueBytes[type];
    if (type == kBytes || type == kString) {
        if (text.size() < 2) return std::nullopt;
        size = number_at(text, 0, 2);
        text.remove_prefix(2);
    }
    if (text.size() < size) return std::nullopt;
    const std::string_view value = text.substr(0, size);
    text.remove_prefix(size);
    return type == kString ? value : std::string_view();
}

// What names of events, exceptions and errors consist of: they go into JSON as they are.
bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_ascii_alphanumeric(c) || c == '.' || c == '_' || c == '-' || c == '#';
    });
}

}  // namespace

void AwsEventStreamReader::begin(std::size_t max_event_bytes) {
    max_event_bytes_ = max_event_bytes;
    frame_bytes_ = 0;
    partial_.clear();
    name_ = data_ = {};
    failed_ = returned_ = false;
    ended_ = Step::more;
}

AwsEventStreamReader::Step AwsEventStreamReader::next(std::string_view& bytes) {
    if (returned_) partial_.clear();
    returned_ = false;
    name_ = data_ = {};
    if (ended_ != Step::more) return ended_;
    if (!partial_.empty()) {
        // First the prelude, which says how much belongs to the frame.
        while (partial_.size() < (frame_bytes_ == 0 ? kPreludeBytes : frame_bytes_)) {
            const std::size_t wanted = (frame_bytes_ == 0 ? kPreludeBytes : frame_bytes_) - partial_.size();
            const std::string_view part = bytes.substr(0, wanted);
            bytes.remove_prefix(part.size());
            partial_ += part;
            if (part.size() < wanted) return Step::more;
            if (frame_bytes_ != 0) break;
            if (const Step step = check_prelude(partial_); step != Step::more) return stop(step);
        }
        returned_ = true;
        return take_frame(partial_);
    }
    if (bytes.size() >= kPreludeBytes) {
        if (const Step step = check_prelude(bytes); step != Step::more) return stop(step);
        if (bytes.size() >= frame_bytes_) {
            const std::string_view frame = bytes.substr(0, frame_bytes_);
            bytes.remove_prefix(frame.size());
            return take_frame(frame);
        }
    }
    partial_ = bytes;
    bytes = {};
    return Step::more;
}

// Before any of what it announces is kept.
AwsEventStreamReader::Step AwsEventStreamReader::check_prelude(std::string_view frame) {
    if (!checksum_holds(frame.substr(0, kPreludeBytes))) return Step::corrupt;
    const std::size_t total = number_at(frame, 0, 4), headers = number_at(frame, 4, 4);
    if (total < kLeastFrameBytes || headers > total - kLeastFrameBytes) return Step::corrupt;
    if (headers > kMostHeaderBytes || total - kLeastFrameBytes - headers > max_event_bytes_) return Step::too_large;
    frame_bytes_ = total;
    return Step::more;
}

AwsEventStreamReader::Step AwsEventStreamReader::take_frame(std::string_view frame) {
    frame_bytes_ = 0;
    if (!checksum_holds(frame)) return stop(Step::corrupt);
    const std::size_t header_bytes = number_at(frame, 4, 4);
    frame = frame.substr(kPreludeBytes, frame.size() - kLeastFrameBytes);
    Headers headers;
    const bool good =
        read_headers(frame.substr(0, header_bytes), headers) && take_event(headers, frame.substr(header_bytes));
    return good ? Step::event : stop(Step::corrupt);
}

bool AwsEventStreamReader::read_headers(std::string_view text, Headers& headers) {
    static constexpr std::array kNames = {
        std::pair{":message-type", &Headers::message_type}, std::pair{":event-type", &Headers::event_type},
        std::pair{":exception-type", &Headers::exception_type}, std::pair{":error-code", &Headers::error_code},
        std::pair{":error-message", &Headers::error_message}};
    while (!text.empty()) {
        const std::size_t name_bytes = static_cast<unsigned char>(text.front());
        if (name_bytes == 0 || text.size() < 1 + name_bytes) return false;
        const std::string_view name = text.substr(1, name_bytes);
        text.remove_prefix(1 + name_bytes);
        const auto value = take_value(text);
        if (!value) return false;
        for (const auto& [known, member] : kNames) {
            if (name == known) headers.*member = *value;
        }
    }
    return true;
}

bool AwsEventStreamReader::take_event(const Headers& headers, std::string_view payload) {
    failed_ = headers.message_type == "exception" || headers.message_type == "error";
    if (headers.message_type == "exception") {
        if (!is_name(headers.exception_type)) return false;
        take_failure(headers.exception_type, {}, payload);
        return true;
    }
    if (headers.message_type == "error") {
        if (!is_name(headers.error_code)) return false;
        take_failure(headers.error_code, headers.error_message, {});
        return true;
    }
    if (headers.message_type != "event" || !is_name(headers.event_type)) return false;
    name_ = headers.event_type;
    data_ = payload;
    const auto wrapped = name_ == "chunk" && payload.starts_with('{') ? find_member(payload, 0, "bytes") : std::nullopt;
    if (!wrapped) {
        put_on_one_line();
        return true;
    }
    const std::string_view text = wrapped->value.of(payload);
    auto event = text.size() < 2 ? std::nullopt : from_base64(text.substr(1, text.size() - 2));
    if (!event) return false;
    rewritten_ = std::move(*event);
    data_ = rewritten_;
    put_on_one_line();
    return true;
}

// Whoever writes it on as a line of server-sent events would else let the provider write lines of its own.
void AwsEventStreamReader::put_on_one_line() {
    static constexpr std::string_view kBreaks = "\r\n";
    if (data_.find_first_of(kBreaks) == std::string_view::npos) return;
    if (data_.data() != rewritten_.data()) rewritten_ = data_;
    std::ranges::replace_if(rewritten_, [](char c) { return kBreaks.contains(c); }, ' ');
    data_ = rewritten_;
}

void AwsEventStreamReader::take_failure(std::string_view type, std::string_view message, std::string_view payload) {
    name_ = type;
    rewritten_ = R"({"error":{"type":")";
    (rewritten_ += type) += '"';
    const auto members = payload.find_first_not_of(" \t\r\n", 1);
    if (payload.starts_with('{') && payload.ends_with('}') && members != std::string_view::npos) {
        if (payload[members] != '}') rewritten_ += ',';
        (rewritten_ += payload.substr(members)) += '}';
    } else {
        rewritten_ += ",\"message\":";
        append_json_string(rewritten_, payload.empty() ? message : payload);
        rewritten_ += "}}";
    }
    data_ = rewritten_;
    put_on_one_line();
}

AwsEventStreamReader::Step AwsEventStreamReader::stop(Step why) {
    partial_.clear();
    name_ = data_ = {};
    returned_ = false;
    return ended_ = why;
}

void AwsEventStreamReader::release_above(std::size_t bytes) {
    for (std::string* const text : {&partial_, &rewritten_}) {
        if (text->capacity() > bytes) std::string().swap(*text);
    }
    name_ = data_ = {};
}

}  // namespace tollgate
