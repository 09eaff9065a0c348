#include "gateway/single_sign_on/identity_providers.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>

#include "gateway/wire/reach.h"

namespace tollgate {
namespace {

constexpr std::size_t kMostSecretBytes = 4096;

// The file's text without the line's end that editors put there.
Result<std::string> read_secret(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) return failure(StatusCode::invalid, path + " cannot be read");
    std::string text(std::istreambuf_iterator<char>(file), {});
    while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
    if (text.empty() || text.size() > kMostSecretBytes) return failure(StatusCode::invalid, path + " holds no secret");
    return text;
}

// Where providers may be, and how long they may take. Their answers name further places, so that each is judged.
AskProvider asking(wire::Reach reach, std::uint32_t timeout_ms, const std::atomic<bool>& stop) {
    const auto bounded = [reach = std::move(reach), timeout_ms, &stop](HttpCall call) {
        const bool tls = call.url.starts_with("https://");
        call.may_reach = [reach, tls](const wire::IpAddress& address) { return reach.may_connect(address, tls); };
        call.timeout_ms = timeout_ms;
        call.stop = &stop;
        return call;
    };
    return {
        .get = [bounded](HttpCall call) { return get(bounded(std::move(call))); },
        .post = [bounded](HttpCall call, std::string body) { return post(bounded(std::move(call)), std::move(body)); }};
}

}  // namespace

Result<std::unique_ptr<IdentityProviders>> IdentityProviders::open(const SignInConfig& config, std::string public_url,
                                                                   const std::atomic<bool>& stop) {
    auto networks = wire::Networks::from(config.allowed_networks);
    if (!networks) return std::unexpected(networks.error());
    auto begun = oidc::BegunSignIns::make();
    if (!begun) return std::unexpected(begun.error());
    std::unique_ptr<IdentityProviders> all(new IdentityProviders(std::move(public_url), std::move(*begun)));
    const AskProvider ask = asking(wire::Reach(std::move(*networks)), config.timeout_ms, stop);
    for (IdentityProviderConfig one : config.providers) {
        if (!one.client_secret_file.empty()) {
            auto secret = read_secret(one.client_secret_file);
            if (!secret) {
                return failure(StatusCode::invalid, "identity provider " + one.id + ": " + secret.error().message());
            }
            one.client_secret = std::move(*secret);
        }
        all->providers_.push_back(std::make_unique<IdentityProvider>(std::move(one), ask));
    }
    return all;
}

IdentityProvider* IdentityProviders::find(std::string_view id) const {
    const auto found =
        std::ranges::find(providers_, id, [](const auto& one) -> std::string_view { return one->config().id; });
    return found == providers_.end() ? nullptr : found->get();
}

IdentityProvider* IdentityProviders::find_issuer(std::string_view issuer) const {
    const auto found =
        std::ranges::find(providers_, issuer, [](const auto& one) -> std::string_view { return one->config().issuer; });
    return found == providers_.end() ? nullptr : found->get();
}

std::string IdentityProviders::callback_url(const IdentityProvider& provider) const {
    return public_url_ + "/api/sign-in/" + provider.config().id + "/callback";
}

Id128 gate_name(std::string_view provider) {
    const KeyDigest digest = digest_key(provider);
    Id128 name;
    std::copy_n(digest.bytes.begin(), name.bytes.size(), name.bytes.begin());
    return name;
}

}  // namespace tollgate
