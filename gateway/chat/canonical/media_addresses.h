// Pictures and files that a chat names by their addresses on the web, for endpoints that take data only.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

struct MediaAddress {
    std::string field;                    // as the client calls it: "messages[0].content[1].image_url"
    std::string address;                  // not spelt
    Part::Kind kind = Part::Kind::image;  // or file

    bool operator==(const MediaAddress&) const = default;
};

// Those of turns and of the results of tools, in their order, one as often as it is named. Only http and https: what
// lies in a provider's own store is not on the web.
std::vector<MediaAddress> media_addresses(const ChatRequest& chat);

// What lies at an address. Both outlive the chat that they are put into.
struct MediaData {
    std::string_view type;    // "image/png"
    std::string_view base64;  // empty: it is not known
};

// Puts the data in the place of each address whose data `find` knows.
void put_media_data(ChatRequest& chat, const std::function<MediaData(std::string_view address)>& find);

}  // namespace tollgate
