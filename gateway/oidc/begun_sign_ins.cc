#include "gateway/oidc/begun_sign_ins.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "gateway/text/ascii.h"
#include "gateway/text/base64.h"
#include "store/key_space.h"

namespace tollgate::oidc {
namespace {

constexpr std::size_t kDigestBytes = 32;
constexpr std::size_t kDigestText = 43;  // in base64url

constexpr std::string_view kNonce = "nonce", kVerifier = "code verifier";

template <std::size_t N>
std::array<char, N> random_bytes() {
    std::array<char, N> bytes;
    if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), N) != 1) std::abort();  // none may be guessable
    return bytes;
}

template <class Bytes>
std::string_view text_of(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// RFC 7636, section 4.2.
std::string challenge_of(std::string_view verifier) {
    std::array<unsigned char, kDigestBytes> digest{};
    EVP_Digest(verifier.data(), verifier.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    return base64_url(text_of(digest));
}

std::string place_of(std::string_view browser) { return "a sign-in of " + std::string(browser); }

// Takes what append() calls wrote apart again; sealed text is our own, so that no length needs a second look.
class Fields {
  public:
    explicit Fields(std::string_view text) : rest_(text) {}
    std::string_view take(std::size_t size) {
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(taken.size());
        return taken;
    }
    std::uint64_t number() { return decode_u64(take(sizeof(std::uint64_t))).value_or(0); }
    template <class Bytes>
    void copy_to(Bytes& bytes) {
        std::ranges::copy(take(bytes.size()), bytes.begin());
    }
    std::string_view short_text() { return take(static_cast<unsigned char>(take(1).front())); }
    std::string_view rest() const { return rest_; }

  private:
    std::string_view rest_;
};

}  // namespace

Result<std::unique_ptr<BegunSignIns>> BegunSignIns::make() {
    auto key = make_sealing_key();
    if (!key) return std::unexpected(key.error());
    return std::unique_ptr<BegunSignIns>(new BegunSignIns(std::move(*key)));
}

std::string BegunSignIns::derived(std::string_view purpose, const Id& id) const {
    const std::string message = std::string(purpose) + std::string(text_of(id));
    std::array<unsigned char, kDigestBytes> digest{};
    HMAC(EVP_sha256(), key().data(), static_cast<int>(key().size()),
         reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), nullptr);
    return base64_url(text_of(digest));
}

BegunSignIns::Beginning BegunSignIns::begin(const NewSignIn& sign_in, std::int64_t unix_ms) const {
    const Id id = random_bytes<std::tuple_size_v<Id>>();
    std::string plain(text_of(id));
    plain += encode_u64(static_cast<std::uint64_t>(unix_ms));
    plain += static_cast<char>(sign_in.purpose);
    plain.append(text_of(sign_in.by.user.bytes)).append(text_of(sign_in.by.session.bytes));
    plain += static_cast<char>(sign_in.provider.size());
    plain.append(sign_in.provider).append(sign_in.return_route);
    return {.state = base64_url(seal(key(), place_of(sign_in.browser), plain)),
            .nonce = derived(kNonce, id),
            .code_challenge = challenge_of(derived(kVerifier, id))};
}

std::optional<BegunSignIn> BegunSignIns::finish(std::string_view state, std::string_view browser,
                                                std::int64_t unix_ms) {
    if (state.size() > kMostStateBytes || !is_browser(browser)) return std::nullopt;
    const auto sealed = from_base64_url(state);
    if (!sealed) return std::nullopt;
    const auto plain = unseal(key(), place_of(browser), *sealed);
    if (!plain) return std::nullopt;
    Fields fields(plain->text());
    Id id{};
    fields.take(id.size()).copy(id.data(), id.size());
    const auto begun_ms = static_cast<std::int64_t>(fields.number());
    if (unix_ms < begun_ms || unix_ms - begun_ms >= kLifetimeMs || !is_first(id)) return std::nullopt;
    BegunSignIn begun{.begun_ms = begun_ms, .nonce = derived(kNonce, id), .code_verifier = derived(kVerifier, id)};
    begun.purpose = static_cast<SignInPurpose>(fields.take(1).front());
    fields.copy_to(begun.by.user.bytes);
    fields.copy_to(begun.by.session.bytes);
    begun.provider = fields.short_text();
    begun.return_route = fields.rest();
    return begun;
}

bool BegunSignIns::is_first(const Id& id) {
    const std::lock_guard lock(mutex_);
    if (!finished_.insert(id).second) return false;
    in_order_.push_back(id);
    if (in_order_.size() > kMostRemembered) {
        finished_.erase(in_order_.front());
        in_order_.pop_front();
    }
    return true;
}

std::string BegunSignIns::new_browser() { return base64_url(text_of(random_bytes<kDigestBytes>())); }

bool BegunSignIns::is_browser(std::string_view text) {
    return text.size() == kDigestText &&
           std::ranges::all_of(text, [](char c) { return is_ascii_alphanumeric(c) || c == '-' || c == '_'; });
}

}  // namespace tollgate::oidc
