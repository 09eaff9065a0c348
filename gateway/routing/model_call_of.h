// What is called by which API.
#pragma once

#include <string_view>

#include "accounting/ledger/usage_record.h"
#include "gateway/chat/dialect/body_names.h"
#include "gateway/chat/model_call.h"

namespace tollgate {

inline ModelCall model_call_of(ApiType api) {
    switch (api) {
        case ApiType::completions:
            return ModelCall::completions;
        case ApiType::embeddings:
            return ModelCall::embeddings;
        default:
            return passes_through(api) ? ModelCall::passed : ModelCall::chat;
    }
}

// As UpstreamDialect names what is spoken by its clients.
inline std::string_view dialect_of(ApiType api) {
    switch (api) {
        case ApiType::messages:
            return "messages";
        case ApiType::responses:
            return "responses";
        case ApiType::gemini:
            return "gemini";
        default:
            return "chat";
    }
}

inline const BodyNames& body_names_of(ApiType api) {
    switch (api) {
        case ApiType::chat:
            break;
        case ApiType::completions:
            return kCompletionNames;
        case ApiType::embeddings:
            return kEmbeddingsNames;
        case ApiType::messages:
            return kMessagesNames;
        case ApiType::responses:
            return kResponsesNames;
        case ApiType::gemini:
            return kGeminiNames;
        default:
            break;
    }
    return kChatNames;
}

}  // namespace tollgate
