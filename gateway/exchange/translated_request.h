// What is known of a request beyond its body, once it was written in another dialect.
#pragma once

#include "gateway/chat/canonical/answer_echo.h"
#include "gateway/chat/canonical/translation_notes.h"

namespace tollgate {

// What is known of a request that was written anew for its endpoint.
struct TranslatedRequest {
    AnswerEcho echo;              // what its answer must know of it
    TranslationNotes notes;       // what the endpoint was not told, or told otherwise
    bool base64_vectors = false;  // how the client wants those of an answer
};

}  // namespace tollgate
