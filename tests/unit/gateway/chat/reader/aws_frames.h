// Frames of AWS's event stream, written as the format says.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::aws_frames {

inline std::string number(std::uint32_t value, int bytes) {
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(value >> (8 * i) & 0xff);
    return text;
}

inline std::string checksum(std::string_view bytes) {
    return number(static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size())),
                  4);
}

inline std::string header(std::string_view name, std::string_view value) {
    std::string text(1, static_cast<char>(name.size()));
    text += name;
    text += '\7';
    return text + number(static_cast<std::uint32_t>(value.size()), 2) + std::string(value);
}

inline std::string frame(std::string_view headers, std::string_view payload) {
    std::string text = number(static_cast<std::uint32_t>(16 + headers.size() + payload.size()), 4) +
                       number(static_cast<std::uint32_t>(headers.size()), 4);
    text += checksum(text);
    ((text += headers) += payload);
    return text + checksum(text);
}

inline std::string event(std::string_view type, std::string_view payload) {
    return frame(
        header(":event-type", type) + header(":content-type", "application/json") + header(":message-type", "event"),
        payload);
}

inline std::string exception(std::string_view type, std::string_view payload) {
    return frame(header(":exception-type", type) + header(":content-type", "application/json") +
                     header(":message-type", "exception"),
                 payload);
}

}  // namespace tollgate::aws_frames
