#include "gateway/routing/provider.h"

#include "gateway/chat/dialect/chat/quirk_names.h"
#include "gateway/routing/mix_bits.h"
#include "gateway/text/ascii.h"
#include "gateway/wire/aws_signer.h"
#include "gateway/wire/web_url.h"

namespace tollgate {
namespace {

// How a dialect's maker serves it.
struct DialectServing {
    const UpstreamDialect* dialect;
    ProviderAuth auth;
    std::string_view path, stream_path;
    std::string_view version_line;
    ClaudeHost claude_host = ClaudeHost::anthropic;
};

DialectServing serving_of(ProviderDialect dialect) {
    switch (dialect) {
        case ProviderDialect::chat:
            return {nullptr, ProviderAuth::bearer, {}, {}, {}};
        case ProviderDialect::messages:  // https://docs.anthropic.com/en/api/versioning
            return {&messages_upstream(), ProviderAuth::x_api_key, "/messages", "/messages",
                    "anthropic-version: 2023-06-01\r\n"};
        case ProviderDialect::bedrock_messages:
            return {&messages_upstream(),
                    ProviderAuth::bearer,
                    "/model/{model}/invoke",
                    "/model/{model}/invoke-with-response-stream",
                    {},
                    ClaudeHost::bedrock};
        case ProviderDialect::vertex_messages:
            return {&messages_upstream(),
                    ProviderAuth::google,
                    "/models/{model}:rawPredict",
                    "/models/{model}:streamRawPredict",
                    {},
                    ClaudeHost::vertex};
        case ProviderDialect::responses:
            return {&responses_upstream(), ProviderAuth::bearer, "/responses", "/responses", {}};
        case ProviderDialect::gemini:
            return {&gemini_upstream(),
                    ProviderAuth::x_goog_api_key,
                    "/models/{model}:generateContent",
                    "/models/{model}:streamGenerateContent?alt=sse",
                    {}};
        case ProviderDialect::converse:
            return {&converse_upstream(),
                    ProviderAuth::bearer,
                    "/model/{model}/converse",
                    "/model/{model}/converse-stream",
                    {}};
    }
    return {};
}

std::string_view field_of(ProviderAuth auth) {
    switch (auth) {
        case ProviderAuth::x_api_key:
            return "x-api-key: ";
        case ProviderAuth::api_key:
            return "api-key: ";
        case ProviderAuth::x_goog_api_key:
            return "x-goog-api-key: ";
        default:
            return "authorization: Bearer ";
    }
}

// "id:secret:session token", the last one maybe not.
wire::sigv4::Key aws_key(std::string_view text) {
    wire::sigv4::Key key;
    for (std::string* const part : {&key.access_key_id, &key.secret_access_key}) {
        const std::string_view one = text.substr(0, text.find(':'));
        *part = one;
        text.remove_prefix(std::min(text.size(), one.size() + 1));
    }
    key.session_token = text;
    return key;
}

Credential credential_of(const std::string& key, ProviderAuth auth, const std::string& aws_region) {
    Credential credential;
    if (auth == ProviderAuth::sigv4) {
        credential.signer = std::make_shared<wire::AwsSigner>(aws_key(key), aws_region, "bedrock");
    } else if (auth != ProviderAuth::google && !key.empty()) {
        ((credential.header_lines += field_of(auth)) += key) += "\r\n";
    }
    return credential;
}

// A key that the environment does not have leaves its place empty.
OperatorKeys operator_keys(const ProviderConfig& config, ProviderAuth auth) {
    if (config.api_keys.empty()) {
        return OperatorKeys({{.credential = credential_of(config.api_key, auth, config.aws_region), .name = "1"}});
    }
    std::vector<OperatorKey> keys;
    for (std::size_t at = 0; at < config.api_keys.size(); ++at) {
        const std::string& key = config.api_keys[at];
        if (key.empty()) continue;
        keys.push_back({.credential = credential_of(key, auth, config.aws_region),
                        .name = std::to_string(at + 1),
                        .identity = mix_text(0, key)});
    }
    return OperatorKeys(std::move(keys));
}

// As OpenAI's API names it.
std::string_view name_of(ModelCall call) {
    switch (call) {
        case ModelCall::completions:
            return "completions";
        case ModelCall::embeddings:
            return "embeddings";
        default:
            return "chat/completions";
    }
}

// What a segment of a path may hold as it is (RFC 3986 3.3), but for what separates methods from names.
bool stays(char c) { return is_ascii_alphanumeric(c) || std::string_view("-._~@").find(c) != std::string_view::npos; }

void append_encoded(std::string_view text, BufferedText& out) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (const char c : text) {
        if (stays(c)) {
            out += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out += '%';
        out += kDigits[byte >> 4U];
        out += kDigits[byte & 15U];
    }
}

// `left`: a path with places for both. Without any it is OpenAI's.
void append_filled(std::string_view left, std::string_view call, std::string_view model, BufferedText& out) {
    if (left.empty()) {
        out += '/';
        out += call;
        return;
    }
    constexpr std::string_view kModel = "{model}", kCall = "{call}";
    while (!left.empty()) {
        if (left.starts_with(kModel)) {
            append_encoded(model, out);
            left.remove_prefix(kModel.size());
        } else if (left.starts_with(kCall)) {
            out += call;
            left.remove_prefix(kCall.size());
        } else {
            out += left.front();
            left.remove_prefix(1);
        }
    }
}

}  // namespace

std::string BaseUrl::origin() const {
    const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return (tls ? "https://" : "http://") + ascii_lower(name) + ":" + port;
}

Result<BaseUrl> parse_base_url(const std::string& text) {
    auto url = wire::parse_web_url(text);
    if (!url) return failure(StatusCode::invalid, "base_url " + url.error().message());
    return BaseUrl{.tls = url->tls,
                   .host = std::move(url->host),
                   .port = std::move(url->port),
                   .host_header = std::move(url->authority),
                   .path = std::move(url->path)};
}

// https://ai.google.dev/api/embeddings#method:-models.batchembedcontents
constexpr std::string_view kGeminiEmbeddings = "/models/{model}:batchEmbedContents";

void Provider::append_path(ModelCall call, bool stream, std::string_view model, BufferedText& out) const {
    out += base_path;
    std::string_view filled = stream ? stream_path : path;
    if (call == ModelCall::embeddings && dialect != nullptr) filled = kGeminiEmbeddings;
    append_filled(filled, name_of(call), model, out);
}

void Provider::append_passed_path(std::string_view call, std::string_view model, BufferedText& out) const {
    out += base_path;
    append_filled(path, call, model, out);
}

Result<Provider> Provider::from(const ProviderConfig& config, std::size_t index,
                                std::shared_ptr<boost::asio::ssl::context> tls) {
    const auto fail = [&config](const std::string& what) {
        return failure(StatusCode::invalid, "provider " + config.name + ": " + what);
    };
    const auto base = parse_base_url(config.base_url);
    if (!base) return fail(base.error().message());
    Provider provider;
    provider.name = config.name;
    provider.tls = base->tls;
    provider.host = base->host;
    provider.port = base->port;
    provider.host_header = base->host_header;
    provider.base_path = base->path;
    provider.abort_stops_billing = config.abort_stops_billing;
    provider.collects_data = config.collects_data;
    provider.zero_data_retention = config.zero_data_retention;
    provider.reasoning_in_completion = config.reasoning_in_completion;
    provider.stream_options = config.stream_options;
    provider.output_bound_parameter = config.output_bound_parameter;
    provider.index = index;
    provider.fixed_headers = "host: " + provider.host_header + "\r\n";
    const DialectServing serving = serving_of(config.dialect);
    provider.dialect = serving.dialect;
    provider.version_line = serving.version_line;
    provider.claude_host = serving.claude_host;
    for (const std::string& name : config.quirks) {
        if (const auto quirk = quirk_named(name)) provider.quirks.add(*quirk);
    }
    provider.path = config.path.empty() ? serving.path : config.path;
    provider.stream_path = !config.stream_path.empty() ? config.stream_path
                           : !config.path.empty()      ? config.path
                                                       : serving.stream_path;
    provider.operators = operator_keys(config, config.auth == ProviderAuth::of_dialect ? serving.auth : config.auth);
    provider.fixed_headers += "accept-encoding: identity\r\nuser-agent: tollgate/" TOLLGATE_VERSION "\r\n";
    if (!provider.tls) return provider;

    namespace ssl = boost::asio::ssl;
    provider.tls_server_name = config.tls_server_name.empty() ? provider.host : config.tls_server_name;
    provider.tls_context = std::move(tls);
    if (provider.tls_context != nullptr) return provider;
    provider.tls_context = std::make_shared<ssl::context>(ssl::context::tls_client);
    boost::system::error_code error;
    SSL_CTX_set_min_proto_version(provider.tls_context->native_handle(), TLS1_2_VERSION);
    if (config.tls_ca_file.empty()) {
        provider.tls_context->set_default_verify_paths(error);
    } else {
        provider.tls_context->load_verify_file(config.tls_ca_file, error);
    }
    if (error) return fail("trust store " + config.tls_ca_file + ": " + error.message());
    return provider;
}

}  // namespace tollgate
