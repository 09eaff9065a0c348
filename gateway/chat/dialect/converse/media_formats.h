// What Converse calls the formats of media:
// https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ContentBlock.html and the blocks that it names.
#pragma once

#include <array>
#include <string_view>

namespace tollgate {

struct MediaFormat {
    std::string_view type, format;
};

inline constexpr std::array kImageFormats = {
    MediaFormat{"image/png", "png"}, MediaFormat{"image/jpeg", "jpeg"}, MediaFormat{"image/jpg", "jpeg"},
    MediaFormat{"image/gif", "gif"}, MediaFormat{"image/webp", "webp"},
};
inline constexpr std::array kDocumentFormats = {
    MediaFormat{"application/pdf", "pdf"},
    MediaFormat{"text/csv", "csv"},
    MediaFormat{"application/msword", "doc"},
    MediaFormat{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    MediaFormat{"application/vnd.ms-excel", "xls"},
    MediaFormat{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    MediaFormat{"text/html", "html"},
    MediaFormat{"text/plain", "txt"},
    MediaFormat{"text/markdown", "md"},
};
inline constexpr std::array kVideoFormats = {
    MediaFormat{"video/mp4", "mp4"},        MediaFormat{"video/quicktime", "mov"}, MediaFormat{"video/webm", "webm"},
    MediaFormat{"video/x-matroska", "mkv"}, MediaFormat{"video/x-flv", "flv"},     MediaFormat{"video/mpeg", "mpeg"},
    MediaFormat{"video/x-ms-wmv", "wmv"},   MediaFormat{"video/3gpp", "three_gp"},
};
inline constexpr std::array kAudioFormats = {
    MediaFormat{"audio/mpeg", "mp3"},  MediaFormat{"audio/mp3", "mp3"},   MediaFormat{"audio/wav", "wav"},
    MediaFormat{"audio/x-wav", "wav"}, MediaFormat{"audio/aac", "aac"},   MediaFormat{"audio/flac", "flac"},
    MediaFormat{"audio/ogg", "ogg"},   MediaFormat{"audio/opus", "opus"}, MediaFormat{"audio/mp4", "mp4"},
    MediaFormat{"audio/m4a", "m4a"},   MediaFormat{"audio/webm", "webm"},
};

}  // namespace tollgate
