#include "gateway/chat/canonical/unknown_members.h"

#include <algorithm>
#include <string>

namespace tollgate {
namespace {

template <class Note>
void each_unknown(Json object, std::span<const std::string_view> known, Note&& note) {
    each_member(object, [&](std::string_view name, Json value) {
        if (std::ranges::find(known, name) == known.end()) note(name, value);
    });
}

}  // namespace

void note_unknown_member(std::string_view of, std::string_view name, Json value, ChatRequest& request) {
    if (!says_something(value)) return;
    request.unknown.push_back(request.keep(std::string(of) + "." + std::string(name)));
}

void note_unknown_members(Json object, std::string_view of, std::span<const std::string_view> known,
                          ChatRequest& request) {
    each_unknown(object, known,
                 [&](std::string_view name, Json value) { note_unknown_member(of, name, value, request); });
}

void note_unknown_setting(std::string_view of, std::string_view name, Json value, ChatRequest& request) {
    if (value != "false") note_unknown_member(of, name, value, request);
}

void note_unknown_settings(Json object, std::string_view of, std::span<const std::string_view> known,
                           ChatRequest& request) {
    each_unknown(object, known,
                 [&](std::string_view name, Json value) { note_unknown_setting(of, name, value, request); });
}

}  // namespace tollgate
