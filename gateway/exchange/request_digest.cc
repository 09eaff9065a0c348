#include "gateway/exchange/request_digest.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace tollgate {
namespace {

constexpr std::size_t kSecretBytes = 32, kDigestBytes = 32;

// They decide who asks and how the answer comes, not what it is.
constexpr std::array<std::string_view, 8> kLeftOut = {"model",    "stream",     "stream_options",    "user",
                                                      "metadata", "session_id", "safety_identifier", "store"};

void check(bool done) {
    if (!done) throw std::runtime_error("a request could not be digested");
}

// A text with its length before it, so that no two lists of texts are the same bytes.
class Digested {
  public:
    explicit Digested(EVP_MAC_CTX* context) : context_(context) { check(context != nullptr); }
    void add(std::string_view text) {
        const std::uint64_t size = text.size();
        check(EVP_MAC_update(context_, reinterpret_cast<const unsigned char*>(&size), sizeof size) == 1);
        check(EVP_MAC_update(context_, reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
    }

  private:
    EVP_MAC_CTX* const context_;
};

}  // namespace

void RequestDigests::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

RequestDigests::RequestDigests() {
    const std::unique_ptr<EVP_MAC, void (*)(EVP_MAC*)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
    check(mac != nullptr);
    keyed_.reset(EVP_MAC_CTX_new(mac.get()));
    std::array<unsigned char, kSecretBytes> secret;
    check(RAND_bytes(secret.data(), secret.size()) == 1);
    char hash[] = "SHA256";
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash, 0),
                                     OSSL_PARAM_construct_end()};
    check(keyed_ != nullptr && EVP_MAC_init(keyed_.get(), secret.data(), secret.size(), parameters) == 1);
    OPENSSL_cleanse(secret.data(), secret.size());
}

RequestDigests::~RequestDigests() = default;

std::uint64_t RequestDigests::of(const Exchange& request, std::string_view body) const {
    const std::unique_ptr<EVP_MAC_CTX, Free> context(EVP_MAC_CTX_dup(keyed_.get()));
    Digested digested(context.get());
    const Id128& organization = request.principal.organization;
    digested.add({reinterpret_cast<const char*>(organization.bytes.data()), organization.bytes.size()});
    digested.add(to_string(request.ask.api));
    digested.add(request.choice.model.model);
    digested.add(request.choice.members);
    digested.add(request.choice.first_message);
    const BodyFacts& facts = request.ask.body;
    std::string unescaped;
    for (std::size_t i = 0; i < facts.members.size(); ++i) {
        const std::string_view name = key_name(facts.members[i].key.of(body), unescaped);
        if (facts.gateway_only[i] || std::ranges::find(kLeftOut, name) != kLeftOut.end()) continue;
        digested.add(name);
        digested.add(facts.members[i].value.of(body));
    }
    std::array<unsigned char, kDigestBytes> bytes;
    std::size_t size = 0;
    check(EVP_MAC_final(context.get(), bytes.data(), &size, bytes.size()) == 1);
    std::uint64_t digest = 0;
    std::memcpy(&digest, bytes.data(), sizeof digest);
    return std::max<std::uint64_t>(digest, 1);
}

}  // namespace tollgate
