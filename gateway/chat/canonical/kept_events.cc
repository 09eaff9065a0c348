#include "gateway/chat/canonical/kept_events.h"

namespace tollgate {

std::string_view KeptEvents::keep(std::string_view text) {
    if (text.empty()) return {};
    bytes_ += sizeof(std::string) + text.size();
    return texts_.emplace_back(text);
}

void KeptEvents::add(const AnswerEvent& event) {
    bytes_ += sizeof(AnswerEvent);
    AnswerEvent& kept = events_.emplace_back(event);
    for (std::string_view* const text :
         {&kept.text, &kept.value, &kept.id, &kept.name, &kept.native_reason, &kept.stop_sequence, &kept.media_type}) {
        *text = keep(*text);
    }
}

}  // namespace tollgate
