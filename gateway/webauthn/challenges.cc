#include "gateway/webauthn/challenges.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstdlib>

#include "store/key_space.h"

namespace tollgate::webauthn {
namespace {

constexpr std::size_t kTimeBytes = 8, kRandomBytes = 16, kProofBytes = 32;
constexpr std::size_t kFrontBytes = kTimeBytes + kRandomBytes;

std::int64_t time_in(std::string_view challenge) {
    return static_cast<std::int64_t>(decode_u64(challenge.substr(0, kTimeBytes)).value_or(0));
}

Status invalid_challenge(std::string message) { return {StatusCode::invalid, std::move(message), "challenge_invalid"}; }

}  // namespace

Challenges::Challenges() {
    if (RAND_bytes(key_.data(), kKeyBytes) != 1) std::abort();  // no challenge may be guessable
}

std::string Challenges::proof_of(std::string_view front, const ChallengeUse& use) const {
    std::string proven(front);
    proven += static_cast<char>(use.purpose);
    proven += encode_u64(use.session.size());
    proven += use.session;
    proven += use.user;
    std::string proof(kProofBytes, '\0');
    if (HMAC(EVP_sha256(), key_.data(), kKeyBytes, reinterpret_cast<const unsigned char*>(proven.data()), proven.size(),
             reinterpret_cast<unsigned char*>(proof.data()), nullptr) == nullptr) {
        std::abort();
    }
    return proof;
}

std::int64_t Challenges::at(std::int64_t now_ms) {
    const std::lock_guard lock(mutex_);
    latest_ms_ = std::max(latest_ms_, now_ms);
    return latest_ms_;
}

std::string Challenges::make(const ChallengeUse& use, std::int64_t now_ms) {
    std::string challenge = encode_u64(static_cast<std::uint64_t>(at(now_ms)));
    challenge.resize(kFrontBytes);
    if (RAND_bytes(reinterpret_cast<unsigned char*>(challenge.data()) + kTimeBytes, kRandomBytes) != 1) std::abort();
    return challenge + proof_of(challenge, use);
}

Status Challenges::check(std::string_view challenge, const ChallengeUse& use, std::int64_t now_ms) {
    if (challenge.size() != kFrontBytes + kProofBytes)
        return invalid_challenge("the passkey answers no challenge of ours");
    const std::string proof = proof_of(challenge.substr(0, kFrontBytes), use);
    if (CRYPTO_memcmp(proof.data(), challenge.data() + kFrontBytes, kProofBytes) != 0) {
        return invalid_challenge("the passkey answers a challenge that was not made for this");
    }
    if (at(now_ms) - time_in(challenge) >= kChallengeLifetimeMs) {
        return invalid_challenge("the challenge is too old: begin again");
    }
    const std::lock_guard lock(mutex_);
    if (used_.contains(std::string(challenge)))
        return invalid_challenge("the challenge was answered before: begin again");
    return {};
}

Status Challenges::use_up(std::string_view challenge, std::int64_t now_ms) {
    const std::int64_t now = at(now_ms);
    const std::lock_guard lock(mutex_);
    while (!used_in_order_.empty() && used_in_order_.front().first <= now) {
        used_.erase(used_in_order_.front().second);
        used_in_order_.pop_front();
    }
    if (used_.contains(std::string(challenge)))
        return invalid_challenge("the challenge was answered before: begin again");
    if (used_.size() == kMostUsedChallenges) return {StatusCode::full, "too many passkeys are in use: try again later"};
    used_.emplace(challenge);
    used_in_order_.emplace_back(now + kChallengeLifetimeMs, challenge);
    return {};
}

}  // namespace tollgate::webauthn
