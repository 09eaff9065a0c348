// What members of messages and of their parts carry, in all the APIs that clients speak: text, or media, which are
// base64 or an address here and a picture, sound, a video or a file for the model.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include "gateway/chat/dialect/media_set.h"

namespace tollgate {

// What a member of a message or of a part carries.
enum class Carries : std::uint8_t {
    text,     // whatever it looks like
    unknown,  // text, unless it looks like transport
    image,
    images,  // a list of them
    sound,
    video,
    file,
    media,    // what its own media type says
    sealed,   // reasoning that only the provider can read
    nothing,  // what providers add to answers and do not read back
};

Carries carried_by(std::string_view key);

// The first of those members that is a string; empty: none is.
std::string_view string_member(const simdjson::dom::object& object, std::initializer_list<std::string_view> keys);
// The longest string in a value: the media themselves, or their address.
std::string_view longest_string(const simdjson::dom::element& value);
// The media type of a data URL; empty if it is none.
std::string_view data_url_type(std::string_view text);
// Of media, whose longest string that is: the type that they say themselves; empty: they do not.
std::string_view media_type_of(const simdjson::dom::element& value, std::string_view longest);

// Adds what a model must take for that member of a part.
void note_medium(std::string_view key, const simdjson::dom::element& value, std::string_view part_type,
                 MediaSet& media);

}  // namespace tollgate
