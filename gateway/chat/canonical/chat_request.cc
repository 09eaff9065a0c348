#include "gateway/chat/canonical/chat_request.h"

namespace tollgate {

void UntakenParameters::note_rest(TranslationNotes& notes) const {
    for (std::size_t i = 0; i < kParameters; ++i) {
        const ParameterValue& parameter = request_.parameters[i];
        // What is false asks for nothing.
        if (!taken_.test(i) && !parameter.name.empty() && parameter.value != "false") notes.dropped.add(parameter.name);
    }
    for (const std::string_view name : request_.unknown) notes.dropped.add(name);
    for (const std::string_view name : request_.restated) notes.changed.add(name);
    if (native_taken_) return;
    for (const std::string_view name : request_.native) notes.dropped.add(name);
}

}  // namespace tollgate
