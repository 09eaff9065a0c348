#include "gateway/chat/request_tags.h"

#include <simdjson.h>

#include <algorithm>

#include "gateway/chat/canonical/invalid_field.h"
#include "gateway/text/ascii.h"
#include "gateway/text/json_members.h"

namespace tollgate {
namespace {

Error wrong(const std::string& what, std::string_view param) {
    return invalid_field("'" + std::string(param) + "': " + what, param);
}

Error check_tag(std::string_view tag, std::string_view param) {
    if (tag.empty()) return wrong("a tag is empty", param);
    if (!simdjson::validate_utf8(tag)) return wrong("a tag is not UTF-8", param);
    if (tag.size() > kMostTagBytes) {
        return wrong("a tag is longer than " + std::to_string(kMostTagBytes) +
                         " bytes: " + std::string(cut_utf8(tag, kMostTagBytes)) + "...",
                     param);
    }
    if (tag.find(',') != std::string_view::npos) return wrong("a tag has a comma: " + std::string(tag), param);
    if (std::ranges::any_of(tag, is_ascii_control)) return wrong("a tag has a control character", param);
    return {};
}

}  // namespace

Error add_tag(std::string_view tag, std::string_view param, std::string& tags) {
    tag = without_blanks(tag);
    if (Error error = check_tag(tag, param)) return error;
    std::size_t place = 0;  // where it belongs
    while (place < tags.size()) {
        const std::string_view other = std::string_view(tags).substr(place, tags.find(',', place) - place);
        if (other == tag) return {};
        if (other > tag) break;
        place += other.size() + 1;
    }
    const auto commas = static_cast<std::size_t>(std::ranges::count(tags, ','));
    if (!tags.empty() && commas + 1 == kMostTags) {
        return wrong("more than " + std::to_string(kMostTags) + " tags", param);
    }
    if (tags.size() + 1 + tag.size() > kMostTagsBytes) {
        return wrong("the tags are longer than " + std::to_string(kMostTagsBytes) + " bytes together", param);
    }
    if (tags.empty()) {
        tags = tag;
    } else if (place > tags.size()) {
        tags.append(",").append(tag);
    } else {
        tags.insert(place, ",").insert(place, tag);
    }
    return {};
}

Error add_tags(std::string_view list, std::string_view param, std::string& tags) {
    while (!list.empty()) {
        const std::string_view tag = list.substr(0, list.find(','));
        list.remove_prefix(std::min(list.size(), tag.size() + 1));
        if (without_blanks(tag).empty()) continue;
        if (Error error = add_tag(tag, param, tags)) return error;
    }
    return {};
}

}  // namespace tollgate
