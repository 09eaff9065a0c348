#include "gateway/google_signers.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "gateway/outside/google_signer.h"

namespace tollgate {
namespace {

constexpr std::int64_t kFirstTokenMs = 5000;  // that a start waits for the first token

Result<std::shared_ptr<const wire::RequestSigner>> make_signer(const ProviderConfig& config, const Logger& logger) {
    const std::ifstream file(config.google_key_file);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) return failure(StatusCode::invalid, "provider " + config.name + ": google_key_file cannot be read");
    auto account = ServiceAccount::parse(text.view());
    if (!account) return failure(StatusCode::invalid, "provider " + config.name + ": " + account.error().message());
    GoogleSigner::Options options;
    options.ca_file = config.tls_ca_file;
    options.on_failure = [logger, name = config.name](const std::string& why) {
        logger.warning("no access token for provider " + name + ": " + why);
    };
    auto signer = std::make_shared<GoogleSigner>(std::move(*account), std::move(options));
    signer->start();
    (void)signer->wait_for_token(kFirstTokenMs);
    return signer;
}

}  // namespace

Status start_google_signers(const std::vector<ProviderConfig>& configs, std::vector<Provider>& providers,
                            const Logger& logger) {
    for (const ProviderConfig& config : configs) {
        if (config.auth != ProviderAuth::google) continue;
        const auto provider = std::ranges::find(providers, config.name, &Provider::name);
        if (provider == providers.end()) continue;
        auto signer = make_signer(config, logger);
        if (!signer) return signer.error();
        provider->operators.sign_with(std::move(*signer));
    }
    return {};
}

}  // namespace tollgate
