// What went wrong with a request, as a value, and the one map from it to a status and names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate {

enum class ErrorKind : std::uint8_t {
    none,
    bad_request,  // HTTP itself; the connection closes
    head_too_large,
    request_timeout,
    request_too_large,
    method_not_allowed,
    method_not_implemented,
    not_found,
    invalid_json,
    invalid_request,
    conflict,
    precondition_failed,  // If-Match names another version
    unsupported_media_type,
    invalid_api_key,
    session_ended,
    invalid_credentials,     // of whoever signs in
    second_factor_required,  // the same; error.factors says which
    permission_denied,
    cross_site,        // a call that only this gateway's own pages may make
    step_up_required,  // the session's last proof is too old for this
    model_required,
    model_not_found,
    model_not_allowed,      // by the organization
    key_rule_denied,        // the key's rules leave out whatever could answer
    no_allowed_provider,    // provider preferences or privacy do
    provider_key_required,  // the project's mode wants requests to be paid with the organization's own keys
    preset_not_found,
    default_model_unavailable,  // a default names one that cannot be called, or is not allowed
    insufficient_credits,
    key_limit_exceeded,
    budget_exceeded,
    requests_rate_limited,
    tokens_rate_limited,
    overloaded,
    store_unavailable,
    shutting_down,
    upstream_unreachable,
    upstream_reset,
    upstream_timeout,
    upstream_invalid_response,
    upstream_auth_failed,
    upstream_error,       // 200 with an error body, or an error event in a stream
    upstream_incomplete,  // a stream that ended without saying why
    client_closed_request,
    internal,
};

inline constexpr std::size_t kErrorKinds = static_cast<std::size_t>(ErrorKind::internal) + 1;

enum class ErrorSource : std::uint8_t { client, upstream, internal };

// Whether another try can help, as long as the client has been sent nothing.
enum class Retry : std::uint8_t {
    never,
    fresh_connection,  // the same endpoint: a kept connection had been closed before it took the request
    elsewhere,         // another endpoint
};
Retry retry_of(ErrorKind kind);  // what holds for the kind unless the error says otherwise

// What a provider says of its error, in its own words: texts are UTF-8, unescaped and bounded.
struct ProviderError {
    int status = 0;  // that it names as HTTP's, 400 to 599; 0: none
    std::string message{};
    std::string type{}, param{};
    std::string code{};      // JSON, a string or a number; empty: none
    std::string members{};   // what else its error object holds, as JSON members without brackets
    std::string provider{};  // its name here
};

// Cheap while there is none: what it says is allocated only when something went wrong.
class [[nodiscard]] Error {
  public:
    struct Detail {
        std::string message;                      // for the caller; holds no secret and none of the prompt
        std::string param;                        // the field at fault, or empty
        std::string extra;                        // further JSON members of the error object, e.g. "\"needed\":0.5"
        std::string headers;                      // further header lines, with CRLF
        std::string beside{};                     // JSON members beside the error object
        int status = 0;                           // of the reply, in place of the kind's; 0: the kind's
        std::optional<ProviderError> provider{};  // the provider's words, which go before ours
    };

    Error() = default;
    Error(ErrorKind kind, std::string message, std::string param = {})
        : kind_(kind),
          retry_(retry_of(kind)),
          detail_(std::make_shared<Detail>(Detail{std::move(message), std::move(param), {}, {}})) {}

    explicit operator bool() const { return kind_ != ErrorKind::none; }
    ErrorKind kind() const { return kind_; }
    Retry retry() const { return retry_; }
    void set_retry(Retry retry) { retry_ = retry; }
    const Detail& detail() const { return *detail_; }  // only if there is an error
    Detail& detail() { return *detail_; }

  private:
    ErrorKind kind_ = ErrorKind::none;
    Retry retry_ = Retry::never;
    std::shared_ptr<Detail> detail_;
};

template <class T>
using Outcome = std::expected<T, Error>;

inline std::unexpected<Error> problem(ErrorKind kind, std::string message, std::string param = {}) {
    return std::unexpected(Error{kind, std::move(message), std::move(param)});
}

int status_of(ErrorKind kind);
int status_of(const Error& error);         // of the reply
std::string_view code_of(ErrorKind kind);  // stable: "insufficient_credits"
ErrorSource source_of(ErrorKind kind);
std::string_view to_string(ErrorSource source);
// What the APIs call it (chat/inbound.h writes the bodies): OpenAI's `error.type`, OpenRouter's `metadata.error_type`.
// A provider's status that is passed on decides before the kind.
std::string_view openai_type_of(const Error& error);
std::string_view openrouter_type_of(const Error& error);

// The header lines that go with it: retry-after, x-should-retry, allow.
std::string_view error_headers(ErrorKind kind);
// Those that say how long to wait: retry-after in whole seconds, rounded up, and retry-after-ms.
std::string retry_after_lines(std::int64_t wait_ms);

}  // namespace tollgate
