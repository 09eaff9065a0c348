// ID tokens: one that nobody signed is never believed; what is read of one that is signed is within its bounds. The
// first byte says what the rest is: a token, or header and payload that the provider's own key signs, a line each.
#include <openssl/evp.h>

#include <memory>
#include <string>

#include "gateway/oidc/id_token.h"
#include "gateway/text/base64.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tollgate;
using fuzz::require;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const Key& private_key() {
    static const std::string seed(32, 'k');
    static const Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                                      reinterpret_cast<const unsigned char*>(seed.data()), seed.size()),
                         EVP_PKEY_free);
    return key;
}

const oidc::KeySet& keys() {
    static const oidc::KeySet set = [] {
        std::string bytes(32, '\0');
        std::size_t size = bytes.size();
        EVP_PKEY_get_raw_public_key(private_key().get(), reinterpret_cast<unsigned char*>(bytes.data()), &size);
        const std::string jwk = R"({"kty":"OKP","crv":"Ed25519","kid":"k","x":")" + base64_url(bytes) + "\"}";
        return *oidc::KeySet::parse(R"({"keys":[)" + jwk + "]}");
    }();
    return set;
}

std::string signed_token(std::string_view header, std::string_view payload) {
    const std::string text = base64_url(header) + "." + base64_url(payload);
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    std::string signature(64, '\0');
    std::size_t size = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, private_key().get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    return text + "." + base64_url(signature);
}

void check(const oidc::Claims& claims) {
    require(!claims.subject.empty() && claims.subject.size() <= oidc::kMostSubjectBytes, "there is a subject");
    require(!claims.groups || claims.groups->size() <= oidc::kMostGroups, "groups are counted");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const oidc::TokenRules rules{.issuer = "https://id.example.com",
                                 .client_id = "gateway",
                                 .algorithms = {oidc::SignatureAlgorithm::es256, oidc::SignatureAlgorithm::eddsa},
                                 .nonce = "n",
                                 .groups_claim = "groups",
                                 .now_s = 1'800'000'000};
    fuzz::Input input(data, size);
    const bool is_signed = input.byte() % 2 == 1;
    const std::string_view text = input.rest();
    if (!is_signed) {
        const auto claims = oidc::verify_id_token(text, rules, keys());
        require(!claims, "nobody has signed it");
        return 0;
    }
    const auto line = std::min(text.find('\n'), text.size());
    const std::string_view payload = text.substr(std::min(line + 1, text.size()));
    const auto claims = oidc::verify_id_token(signed_token(text.substr(0, line), payload), rules, keys());
    if (claims) check(*claims);
    return 0;
}
