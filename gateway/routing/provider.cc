#include "gateway/routing/provider.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace tollgate {

std::string BaseUrl::origin() const {
    std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return (tls ? "https://" : "http://") + name + ":" + port;
}

Result<BaseUrl> parse_base_url(const std::string& text) {
    const auto fail = [](const std::string& what) { return failure(StatusCode::invalid, "base_url " + what); };
    const auto url = boost::urls::parse_uri(text);
    if (!url || url->host().empty()) return fail("is not an absolute http or https URL");
    if (url->scheme() != "http" && url->scheme() != "https") return fail("must be http or https");
    if (url->has_userinfo() || url->has_query() || url->has_fragment()) {
        return fail("must have no user, query or fragment");
    }
    BaseUrl base;
    base.tls = url->scheme() == "https";
    base.host = url->host_address();
    base.port = url->has_port() ? std::string(url->port()) : base.tls ? "443" : "80";
    base.host_header = url->encoded_host_and_port();
    base.path = url->encoded_path();
    while (base.path.ends_with('/')) base.path.pop_back();
    return base;
}

Result<Provider> Provider::from(const ProviderConfig& config, std::size_t index) {
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
    if (!config.api_key.empty()) provider.operators.header_lines = "authorization: Bearer " + config.api_key + "\r\n";
    provider.fixed_headers += "accept-encoding: identity\r\nuser-agent: tollgate/" TOLLGATE_VERSION "\r\n";
    if (!provider.tls) return provider;

    namespace ssl = boost::asio::ssl;
    provider.tls_server_name = config.tls_server_name.empty() ? provider.host : config.tls_server_name;
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
