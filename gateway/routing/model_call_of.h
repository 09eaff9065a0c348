// What is called by which API.
#pragma once

#include "accounting/ledger/usage_record.h"
#include "gateway/chat/model_call.h"

namespace tollgate {

inline ModelCall model_call_of(ApiType api) {
    switch (api) {
        case ApiType::completions:
            return ModelCall::completions;
        case ApiType::embeddings:
            return ModelCall::embeddings;
        default:
            return ModelCall::chat;
    }
}

}  // namespace tollgate
