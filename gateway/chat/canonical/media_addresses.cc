#include "gateway/chat/canonical/media_addresses.h"

#include <algorithm>
#include <array>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

// How a dialect's clients call what holds an address: '#' stands for a number, of the part and of what is in a result.
struct FieldNames {
    std::string_view turns, dialect;  // as ChatRequest has them
    std::string_view part, in_result;
    bool result_is_a_part;  // else it is the message
    std::string_view image, file;
};
constexpr std::array kFieldNames = {
    FieldNames{"messages", "messages", "content[#]", "content[#]", true, "source.url", "source.url"},
    FieldNames{"input", "responses", "content[#]", "output[#]", false, "image_url", "file_url"},
    FieldNames{"contents", "", "parts[#]", "functionResponse.parts[#]", true, "fileData.fileUri", "fileData.fileUri"},
    FieldNames{"messages", "", "content[#]", "content[#]", false, "image_url", "file.file_data"},
};

const FieldNames& names_of(const ChatRequest& chat) {
    const auto is_its = [&](const FieldNames& one) {
        return one.turns == chat.turns_field && one.dialect == chat.dialect;
    };
    const auto found = std::ranges::find_if(kFieldNames, is_its);
    return found == kFieldNames.end() ? kFieldNames.back() : *found;
}

void append_numbered(std::string& field, std::string_view pattern, std::size_t number) {
    const auto at = pattern.find('#');
    ((field += '.') += pattern.substr(0, at)) += std::to_string(number);
    field += pattern.substr(at + 1);
}

struct Place {
    std::uint32_t message = 0;
    std::size_t part = 0;  // of the message
    bool in_result = false;
    std::size_t inner = 0;  // of the result
};

std::string field_at(const ChatRequest& chat, const Place& place, Part::Kind kind) {
    const FieldNames& names = names_of(chat);
    std::string field = chat.field_of(place.message);
    if (!place.in_result || names.result_is_a_part) append_numbered(field, names.part, place.part);
    if (place.in_result) append_numbered(field, names.in_result, place.inner);
    return (field += '.') += kind == Part::Kind::image ? names.image : names.file;
}

// The address, not spelt; empty: it is none that can be fetched.
std::string web_address(const Part& part) {
    if (part.kind != Part::Kind::image && part.kind != Part::Kind::file) return {};
    if (part.media.source != Media::Source::url) return {};
    std::string address = plain(part.media.value);
    const std::string scheme = ascii_lower(address.substr(0, address.find(':') + 1));
    return scheme == "http:" || scheme == "https:" ? address : std::string();
}

// Calls `take(part, address, place)` for each that has one.
template <class Chat, class Take>
void each_addressed(Chat& chat, Take&& take) {
    Place place;
    const auto look = [&](auto& part) {
        if (const std::string address = web_address(part); !address.empty()) take(part, address, place);
    };
    for (const Turn& turn : chat.turns) {
        if (turn.message != place.message) place = {.message = turn.message};
        for (std::uint32_t at = turn.begin; at < turn.end; ++at, ++place.part) {
            auto& part = chat.parts[at];
            look(part);
            if (part.kind != Part::Kind::tool_result) continue;
            place.in_result = true;
            for (std::uint32_t inner = part.begin; inner < part.end; ++inner) {
                place.inner = inner - part.begin;
                look(chat.result_parts[inner]);
            }
            place.in_result = false;
        }
    }
}

}  // namespace

std::vector<MediaAddress> media_addresses(const ChatRequest& chat) {
    std::vector<MediaAddress> found;
    each_addressed(chat, [&](const Part& part, const std::string& address, const Place& place) {
        found.push_back({.field = field_at(chat, place, part.kind), .address = address, .kind = part.kind});
    });
    return found;
}

void put_media_data(ChatRequest& chat, const std::function<MediaData(std::string_view address)>& find) {
    each_addressed(chat, [&](Part& part, const std::string& address, const Place&) {
        const MediaData data = find(address);
        if (data.base64.empty()) return;
        part.media.source = Media::Source::data;
        part.media.type = data.type;
        part.media.value = data.base64;
    });
}

}  // namespace tollgate
