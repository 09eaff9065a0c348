#include "gateway/wire/chunked.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "gateway/wire/http_head.h"

namespace tollgate::wire {

bool ChunkDecoder::take_size(std::string_view line) {
    const auto digits_end = line.find_first_not_of("0123456789abcdefABCDEF");
    const std::string_view digits = line.substr(0, digits_end);
    if (digits.empty() || digits.size() > 15) {
        reason_ = "malformed chunk size";
        return false;
    }
    if (digits_end != std::string_view::npos) {
        const std::string_view rest = line.substr(digits_end);
        const auto first = rest.find_first_not_of(" \t");
        const bool extension = first != std::string_view::npos && rest[first] == ';';
        const bool control =
            std::any_of(rest.begin(), rest.end(), [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
        if (!extension || control) {
            reason_ = "malformed chunk extension";
            return false;
        }
    }
    std::from_chars(digits.data(), digits.data() + digits.size(), left_, 16);
    at_ = left_ == 0 ? At::trailer : At::data;
    return true;
}

bool ChunkDecoder::take_trailer(std::string_view line) {
    trailer_bytes_ += line.size() + 2;
    const auto colon = line.find(':');
    if (trailer_bytes_ > kMaxTrailerBytes) {
        reason_ = "trailers too large";
    } else if (!is_field(line)) {
        reason_ = "malformed trailer";
    } else if (forbidden_in_trailer(line.substr(0, colon))) {
        reason_ = "forbidden trailer";
    } else {
        return true;
    }
    return false;
}

ChunkDecoder::Step ChunkDecoder::decode(char* data, std::size_t size) {
    Step step{State::more, 0, 0};
    while (step.consumed < size) {
        char* const here = data + step.consumed;
        const std::size_t available = size - step.consumed;
        if (at_ == At::data) {
            const std::size_t take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, available));
            if (data + step.payload != here) std::memmove(data + step.payload, here, take);
            step.payload += take;
            step.consumed += take;
            left_ -= take;
            if (left_ == 0) at_ = At::data_end;
            continue;
        }
        if (at_ == At::data_end) {
            if (here[0] != '\r' || (available > 1 && here[1] != '\n')) {
                reason_ = "chunk data does not end in CRLF";
                return {State::refused, step.consumed, step.payload};
            }
            if (available < 2) return step;
            step.consumed += 2;
            at_ = At::size;
            continue;
        }
        const auto* const newline = static_cast<const char*>(std::memchr(here, '\n', available));
        if (newline == nullptr) {
            if (available <= kMaxChunkLineBytes) return step;
            reason_ = "chunk line too long";
            return {State::refused, step.consumed, step.payload};
        }
        const auto length = static_cast<std::size_t>(newline - here);
        if (length == 0 || here[length - 1] != '\r' || length > kMaxChunkLineBytes) {
            reason_ = "malformed chunk line";
            return {State::refused, step.consumed, step.payload};
        }
        const std::string_view line(here, length - 1);
        step.consumed += length + 1;
        if (at_ == At::trailer && line.empty()) {
            at_ = At::end;
            step.state = State::done;
            return step;
        }
        if (!(at_ == At::size ? take_size(line) : take_trailer(line))) {
            return {State::refused, step.consumed, step.payload};
        }
    }
    return step;
}

std::size_t write_chunk_head(std::size_t size, char* out) {
    const auto end = std::to_chars(out, out + 16, size, 16).ptr;
    end[0] = '\r';
    end[1] = '\n';
    return static_cast<std::size_t>(end - out) + 2;
}

}  // namespace tollgate::wire
