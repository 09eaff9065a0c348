#include "gateway/chat/canonical/canonical_json.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "gateway/chat/canonical/json_text.h"

namespace tollgate {
namespace {

struct Member {
    std::string name;  // unescaped
    Json key, value;
};

// Of one name the order counts: readers differ in which of them they take.
std::vector<Member> sorted_members(Json object, std::span<const std::string_view> left_out) {
    std::vector<Member> members;
    JsonMembers walk(object, 0);
    std::string unescaped_key;
    while (const auto found = walk.next()) {
        const std::string_view key = found->key.of(object);
        const std::string_view name = key_name(key, unescaped_key);
        if (std::ranges::find(left_out, name) != left_out.end()) continue;
        members.push_back({std::string(name), key, found->value.of(object)});
    }
    std::ranges::sort(members, [](const Member& one, const Member& other) {
        return std::tuple(std::string_view(one.name), one.key.data()) <
               std::tuple(std::string_view(other.name), other.key.data());
    });
    return members;
}

void append_object(Json object, std::span<const std::string_view> left_out, std::string& out) {
    char before = '{';
    for (const Member& member : sorted_members(object, left_out)) {
        (out += before).append(member.key) += ':';
        append_canonical(member.value, {}, out);
        before = ',';
    }
    if (before == '{') out += before;
    out += '}';
}

void append_array(Json array, std::string& out) {
    char before = '[';
    each_element(array, [&](Json element) {
        append_canonical(element, {}, out += before);
        before = ',';
    });
    if (before == '[') out += before;
    out += ']';
}

}  // namespace

void append_canonical(Json json, std::span<const std::string_view> left_out, std::string& out) {
    if (is_object(json)) {
        append_object(json, left_out, out);
    } else if (is_array(json)) {
        append_array(json, out);
    } else {
        out += json;
    }
}

}  // namespace tollgate
