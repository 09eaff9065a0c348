#include "gateway/oidc/provider_metadata.h"

#include <simdjson.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <optional>

namespace tollgate::oidc {
namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kMostUrlBytes = 2048;

std::string_view text_in(const object& of, std::string_view name) {
    std::string_view text;
    return of[name].get(text) == simdjson::SUCCESS ? text : std::string_view();
}

bool is_true(const object& of, std::string_view name) {
    bool flag = false;
    return of[name].get(flag) == simdjson::SUCCESS && flag;
}

// Where somebody may be sent, or asked: no credentials, no fragment, TLS where there was some before.
bool is_endpoint(std::string_view text, bool may_be_plain) {
    const auto url = boost::urls::parse_uri(text);
    return url && text.size() <= kMostUrlBytes && !url->host().empty() && !url->has_userinfo() &&
           !url->has_fragment() && (url->scheme() == "https" || (may_be_plain && url->scheme() == "http"));
}

// Nothing: the provider does not say.
std::optional<bool> lists(const object& of, std::string_view name, std::string_view wanted) {
    simdjson::dom::array list;
    if (of[name].get(list) != simdjson::SUCCESS) return std::nullopt;
    return std::ranges::any_of(list, [wanted](const element& one) {
        std::string_view text;
        return one.get(text) == simdjson::SUCCESS && text == wanted;
    });
}

std::unexpected<Status> refused(std::string what) { return failure(StatusCode::invalid, std::move(what)); }

}  // namespace

Result<ProviderMetadata> read_provider_metadata(std::string_view json, std::string_view issuer) {
    simdjson::dom::parser parser;
    object document;
    if (json.size() > kMostMetadataBytes || parser.parse(json.data(), json.size()).get(document) != simdjson::SUCCESS) {
        return refused("its description is no JSON object");
    }
    if (text_in(document, "issuer") != issuer) return refused("its description is of another issuer");
    ProviderMetadata read;
    const bool plain = issuer.starts_with("http://");
    const struct {
        std::string_view name;
        std::string& value;
        bool needed;
    } endpoints[] = {{"authorization_endpoint", read.authorization_endpoint, true},
                     {"token_endpoint", read.token_endpoint, true},
                     {"jwks_uri", read.jwks_uri, true},
                     {"userinfo_endpoint", read.userinfo_endpoint, false}};
    for (const auto& one : endpoints) {
        one.value = text_in(document, one.name);
        if (one.value.empty() && !one.needed) continue;
        if (!is_endpoint(one.value, plain)) return refused("its description has no usable " + std::string(one.name));
    }
    if (lists(document, "response_types_supported", "code") == false) return refused("it does not do the code flow");
    if (lists(document, "code_challenge_methods_supported", "S256") == false) return refused("it does not do S256");
    constexpr std::string_view kMethods = "token_endpoint_auth_methods_supported";
    read.takes_secret_in_body = lists(document, kMethods, "client_secret_basic") == false &&
                                lists(document, kMethods, "client_secret_post") == true;
    read.names_issuer = is_true(document, "authorization_response_iss_parameter_supported");
    return read;
}

}  // namespace tollgate::oidc
