// The files of the dashboard, as gateway/dashboard/bundle put them into the binary.
#pragma once

#include <span>
#include <string_view>

namespace tollgate {

struct EmbeddedFile {
    std::string_view name;  // "app-ABCDEFGH.js"
    std::string_view content_type;
    std::string_view etag;                 // with its quotes
    bool immutable = false;                // another content has another name
    std::string_view plain, brotli, gzip;  // its bytes
};

std::span<const EmbeddedFile> dashboard_files();

}  // namespace tollgate
