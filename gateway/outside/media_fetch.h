// Fetches a picture or a PDF file from the web, for threads that may wait. Whoever names the address is not trusted,
// nor is who answers there.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/wire/reach.h"

namespace tollgate {

enum class MediaClass : std::uint8_t { picture, document };

struct MediaFetch {
    static constexpr int kMostRedirects = 3;

    std::string address;
    MediaClass kind = MediaClass::picture;
    const wire::Reach* reach = nullptr;  // judges each host, redirects and all, and each address that is connected to
    std::size_t most_bytes = 0;
    std::chrono::steady_clock::time_point deadline;
    std::function<bool(std::size_t)> may_hold = {};  // asked before so many bytes are held; empty: yes
    const std::atomic<bool>* stop = nullptr;         // ends it early when it becomes true; null: none
};

struct FetchedMedium {
    std::string_view type;  // "image/png": as its server says, and its first bytes
    std::string base64;
    std::size_t bytes = 0;  // before base64
};

struct MediaFetchResult {
    std::optional<FetchedMedium> medium;  // none: it could not be had, and nobody is told why
    bool went_inside = false;  // an address was tried that is not public: how long it took must not be told, either
};

MediaFetchResult fetch_medium(const MediaFetch& fetch);

}  // namespace tollgate
