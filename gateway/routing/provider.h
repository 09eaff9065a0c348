// A configured provider, resolved once at start: where it is and how to speak to it. Immutable; lives as long as the
// program.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "gateway/chat/canonical/target.h"
#include "gateway/chat/dialect/upstream_dialect.h"
#include "gateway/chat/model_call.h"
#include "gateway/config/config.h"
#include "gateway/routing/operator_keys.h"
#include "gateway/text/buffered_text.h"
#include "gateway/wire/reach.h"
#include "store/status.h"

namespace tollgate {

// A provider's base_url taken apart.
struct BaseUrl {
    bool tls = false;
    std::string host;  // to resolve, without brackets
    std::string port;
    std::string host_header;  // as in the Host field
    std::string path;         // "/v1", without trailing slash

    std::string origin() const;  // "https://api.example.com:443"
};
// invalid: what base_url must be.
Result<BaseUrl> parse_base_url(const std::string& text);

struct Provider {
    static constexpr std::size_t kNoIndex = SIZE_MAX;

    std::string name;
    std::string host;  // to resolve, without brackets
    std::string port;
    std::string host_header;  // as in the Host field
    std::string base_path;    // "/v1", without trailing slash
    // What it speaks; null: OpenAI's chat completions.
    const UpstreamDialect* dialect = nullptr;
    ClaudeHost claude_host = ClaudeHost::anthropic;  // of messages
    Quirks quirks;                                   // what it does otherwise than the dialect's maker
    std::string path, stream_path;  // behind base_path, with {model} and {call}; empty: those of OpenAI's API
    std::string_view version_line;  // of the API, that we write requests for; with CRLF; empty: it is not told
    std::string fixed_headers;      // Host and what else every request carries, each line with CRLF; no secret
    OperatorKeys operators;         // the operator's own
    bool abort_stops_billing = true;
    bool reasoning_in_completion = true;  // its completion_tokens include its reasoning_tokens, as OpenAI's do
    bool stream_options = true;           // it takes them
    OutputBoundParameter output_bound_parameter = OutputBoundParameter::max_tokens;
    bool collects_data = true;         // may store what it is sent, or train on it
    bool zero_data_retention = false;  // keeps nothing of it once it has answered
    bool tls = false;
    std::string tls_server_name;
    std::shared_ptr<boost::asio::ssl::context> tls_context;  // verifies; null without TLS
    std::size_t index = 0;                                   // position in the program's list; kNoIndex: in none
    std::shared_ptr<const ProviderConfig> config = {};       // the operator's, as it stands; null: it is none
    std::shared_ptr<const wire::Reach> reach = {};  // judges each connection; null: the operator named the place

    // Whether requests of that kind can be sent there.
    bool takes(ModelCall call) const {
        if (call == ModelCall::chat) return true;
        if (dialect == nullptr) return call != ModelCall::passed || names_calls();
        return call == ModelCall::embeddings && dialect == &gemini_upstream();
    }
    // The path of a request to it. `model` is the provider's name for it.
    void append_path(ModelCall call, bool stream, std::string_view model, BufferedText& out) const;
    // The same of one that passes through: "audio/speech".
    void append_passed_path(std::string_view call, std::string_view model, BufferedText& out) const;

    // Errors name the provider and never hold its key. `tls`: that is made already, where TLS is spoken; null: one of
    // its own is.
    static Result<Provider> from(const ProviderConfig& config, std::size_t index,
                                 std::shared_ptr<boost::asio::ssl::context> tls = nullptr);

  private:
    // Whether its paths differ from call to call; else all would go where chats go.
    bool names_calls() const { return path.empty() || path.contains("{call}"); }
};

}  // namespace tollgate
