// Files by their address.
#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {

// Whether the file lies at Google, where no other provider can read it: https://ai.google.dev/gemini-api/docs/files.
inline bool is_google_file(Spelt address) {
    return address.starts_with("https://generativelanguage.googleapis.com/") || address.starts_with("files/") ||
           address.starts_with("gs://");
}

// Vertex AI takes no address without the type. By the ending of the path; empty: it is none that is known.
inline std::string_view media_type_of_address(Spelt address) {
    using Row = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Row, 16> kTypes = {{{".png", "image/png"},
                                                    {".jpg", "image/jpeg"},
                                                    {".jpeg", "image/jpeg"},
                                                    {".webp", "image/webp"},
                                                    {".heic", "image/heic"},
                                                    {".gif", "image/gif"},
                                                    {".pdf", "application/pdf"},
                                                    {".txt", "text/plain"},
                                                    {".mp4", "video/mp4"},
                                                    {".mov", "video/mov"},
                                                    {".webm", "video/webm"},
                                                    {".mpeg", "video/mpeg"},
                                                    {".mp3", "audio/mp3"},
                                                    {".wav", "audio/wav"},
                                                    {".ogg", "audio/ogg"},
                                                    {".flac", "audio/flac"}}};
    const std::string_view path = address.substr(0, address.find_first_of("?#"));
    for (const auto& [ending, type] : kTypes) {
        if (path.ends_with(ending)) return type;
    }
    return {};
}

}  // namespace tollgate
