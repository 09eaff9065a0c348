#include <string>

#include "gateway/chat/canonical/call_ids.h"
#include "gateway/chat/canonical/carried_reasoning.h"
#include "gateway/chat/dialect/json_splice.h"
#include "gateway/chat/dialect/mended_history.h"
#include "gateway/chat/dialect/responses/call_id.h"
#include "gateway/chat/dialect/responses/encrypted_reasoning.h"

namespace tollgate {
namespace {

struct Item {
    Json type, id, encrypted, call_id;

    explicit Item(Json item) {
        static constexpr std::array<std::string_view, 4> kNames = {"type", "id", "encrypted_content", "call_id"};
        const auto [its_type, its_id, its_encrypted, its_call] = members_of(item, kNames);
        type = its_type, id = its_id, encrypted = its_encrypted, call_id = its_call;
    }
    // Another provider's, or one that nobody sealed: OpenAI would look for it among what it has stored.
    bool is_refused(const HistoryReader& reader) const {
        if (!spells(spelt(type), "reasoning")) return false;
        if (is_carried(spelt(encrypted))) return true;
        return spelt(encrypted).empty() && is_id_of_gateway(spelt(id)) && reader.wants_signed_reasoning;
    }
};

}  // namespace

std::optional<std::string> mend_responses_history(Json list, const HistoryReader& reader, FieldNames& removed) {
    std::string mended = "[";
    bool changed = false;
    each_element(list, [&](Json json) {
        const Item item(json);
        if (item.is_refused(reader)) {
            removed.add("input[].reasoning");
            changed = true;
            return;
        }
        if (mended.size() > 1) mended += ',';
        JsonSplice splice(json);
        if (spelt(item.call_id).size() > kMostCallIdBytes) {
            splice.replace(spelt(item.call_id), responses_call_id(spelt(item.call_id)));
            changed = true;
        }
        mended += splice.take();
    });
    if (!changed || mended.size() == 1) return std::nullopt;
    return mended + ']';
}

}  // namespace tollgate
