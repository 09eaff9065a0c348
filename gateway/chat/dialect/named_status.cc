#include "gateway/chat/dialect/named_status.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tollgate {
namespace {

struct Row {
    std::string_view name;
    int status;
};

constexpr std::array kRows = {
    // Anthropic: https://docs.anthropic.com/en/api/errors
    Row{"invalid_request_error", 400},
    Row{"authentication_error", 401},
    Row{"billing_error", 402},
    Row{"permission_error", 403},
    Row{"not_found_error", 404},
    Row{"request_too_large", 413},
    Row{"rate_limit_error", 429},
    Row{"api_error", 500},
    Row{"timeout_error", 504},
    Row{"overloaded_error", 529},
    // OpenAI: https://platform.openai.com/docs/guides/error-codes
    Row{"context_length_exceeded", 400},
    Row{"invalid_prompt", 400},
    Row{"invalid_api_key", 401},
    Row{"model_not_found", 404},
    Row{"rate_limit_exceeded", 429},
    Row{"insufficient_quota", 429},
    Row{"server_error", 500},
    Row{"server_is_overloaded", 503},
    Row{"slow_down", 503},
    // AWS: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html#Errors. Not
    // the 424 of a model that failed: another may not.
    Row{"validationException", 400},
    Row{"accessDeniedException", 403},
    Row{"resourceNotFoundException", 404},
    Row{"modelTimeoutException", 408},
    Row{"throttlingException", 429},
    Row{"modelNotReadyException", 429},
    Row{"internalServerException", 500},
    Row{"serviceUnavailableException", 503},
};

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// AWS begins its names in either case.
bool same(std::string_view left, std::string_view right) { return std::ranges::equal(left, right, {}, lower, lower); }

}  // namespace

int status_named(std::string_view error) {
    const auto* const row = std::ranges::find_if(kRows, [error](const Row& row) { return same(row.name, error); });
    return row == kRows.end() ? 0 : row->status;
}

}  // namespace tollgate
