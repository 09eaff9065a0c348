// What identity providers publish: sets of keys, and where their endpoints are. Read or refused; of a key that is kept
// a signature can be checked, and endpoints are addresses that a browser may be sent to.
#include "gateway/oidc/key_set.h"
#include "gateway/oidc/provider_metadata.h"
#include "tests/fuzz/input.h"

namespace {

using namespace tollgate;
using fuzz::require;

void check(const oidc::SigningKey& key) {
    using enum oidc::SignatureAlgorithm;
    for (const auto algorithm : {rs256, ps256, es256, eddsa}) {
        if (oidc::key_type_of(algorithm) != key.type) continue;
        require(!oidc::verify_signature(algorithm, *key.key, "text", std::string(64, 's')), "nobody has signed it");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto set = oidc::KeySet::parse(text)) {
        require(set->keys().size() <= oidc::KeySet::kMostKeys, "keys are counted");
        for (const oidc::SigningKey& key : set->keys()) check(key);
    }
    if (const auto metadata = oidc::read_provider_metadata(text, "https://id.example.com")) {
        for (const std::string* const url :
             {&metadata->authorization_endpoint, &metadata->token_endpoint, &metadata->jwks_uri}) {
            require(url->starts_with("https://"), "endpoints of an issuer with TLS have it");
            require(url->find_first_of("\r\n \t#") == std::string::npos, "they can stand in a header line");
        }
    }
    return 0;
}
