// The operator's keys at one provider, and which of them goes with an attempt:
//   - A key that rests is passed over while another is left. It rests at one endpoint after a 429, as long as the
//     provider says; everywhere after its account was refused, until a single request finds that it is well again.
//   - Of the others each gets a share by how many such requests it has left, as the provider's answers tell; where they
//     do not, they are as good as the best.
//   - A conversation stays with its key while that is well: providers keep caches by account.
// Keys are immutable; what is learned of them is shared by the workers, without a lock. Times are given, in monotonic
// ms. A provider with a single key learns nothing and draws nothing.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gateway/routing/credential.h"
#include "gateway/routing/health/circuit_breaker.h"
#include "gateway/routing/key_allowance.h"

namespace tollgate {

// What an attempt says of its key.
enum class KeyVerdict : std::uint8_t {
    well,          // or it says nothing
    rate_limited,  // the endpoint wants less of it
    refused,       // the provider does not know it, or its account has no money left
};
inline constexpr std::size_t kKeyVerdicts = 3;

// What is learned of a key wherever it is used.
struct KeyStanding {
    // A wrong key stays wrong for long: it is tried seldom.
    static constexpr BreakerOptions kRests{
        .failures_to_open = 1, .first_rest_ms = 30'000, .longest_rest_ms = 600'000, .good_for_ms = 600'000};
    CircuitBreaker breaker{kRests};
    std::array<std::atomic<std::uint64_t>, kKeyVerdicts> attempts{};  // that were answered, by verdict

    void count(KeyVerdict verdict) {
        attempts[static_cast<std::size_t>(verdict)].fetch_add(1, std::memory_order_relaxed);
    }
};

struct OperatorKey {
    Credential credential;
    std::string name{};          // in metrics and logs: its position in the configuration, from 1
    std::uint64_t identity = 0;  // of its secret: the same at every start, for draws
    std::shared_ptr<KeyStanding> standing = std::make_shared<KeyStanding>();

    // Names it in a table of conversations; never 0.
    std::uint32_t tag() const { return static_cast<std::uint32_t>(identity % UINT16_MAX) + 1; }
};

class OperatorKeys {
  public:
    static constexpr std::size_t kMost = 32;

    // Without a key requests go without credential.
    OperatorKeys() : keys_(1) {}
    explicit OperatorKeys(std::vector<OperatorKey> keys) : keys_(std::move(keys)) {
        if (keys_.empty()) keys_.emplace_back();
    }

    bool several() const { return keys_.size() > 1; }
    std::size_t size() const { return keys_.size(); }
    const OperatorKey& operator[](std::size_t at) const { return keys_[at]; }
    std::span<const OperatorKey> all() const { return keys_; }
    const Credential& first() const { return keys_.front().credential; }
    Credential take_first() { return std::exchange(keys_.front().credential, {}); }
    // Of a provider whose requests are signed by other means than a key.
    void sign_with(std::shared_ptr<const wire::RequestSigner> signer) {
        keys_.front().credential.signer = std::move(signer);
    }
    // What was learned of keys that are the same.
    void keep_learned(const OperatorKeys& before);
    // The place of a key that is the same as that; none: there is none.
    std::optional<std::size_t> find(const OperatorKey& key) const;

  private:
    std::vector<OperatorKey> keys_;  // 1..kMost
};

// By the keys' places, one for each; empty where there is but one key.
using KeyAllowances = std::vector<std::shared_ptr<KeyAllowance>>;
// Of an endpoint; `before` is what it had for the keys of `keys_before`.
KeyAllowances make_allowances(const OperatorKeys& keys, const OperatorKeys* keys_before, const KeyAllowances* before);

// A set of keys, by their places.
class KeySet {
  public:
    bool has(std::size_t at) const { return (bits_ >> at & 1U) != 0; }
    void add(std::size_t at) { bits_ |= std::uint32_t{1} << at; }
    std::size_t size() const { return static_cast<std::size_t>(std::popcount(bits_)); }

  private:
    static_assert(OperatorKeys::kMost <= 32);
    std::uint32_t bits_ = 0;
};

// The credential of an attempt: null before it was picked.
struct PickedKey {
    static constexpr std::uint32_t kNoChoice = UINT32_MAX;
    const Credential* credential = nullptr;
    std::uint32_t place = kNoChoice;  // among the operator's keys; kNoChoice: there was none to choose from
    // The conversation that has to go with it, although its draw puts it elsewhere; 0: none. It is remembered.
    std::uint64_t moved = 0;

    bool was_chosen() const { return place != kNoChoice; }
    bool operator==(const PickedKey&) const = default;
};

// What a request wants a key for.
struct KeyAsk {
    std::uint64_t draw = 0;          // random bits of its own
    std::uint64_t conversation = 0;  // digest of the one that is to stay with its key; 0: none
    std::uint32_t stayed = 0;        // tag of the key that it last had to move to; 0: none
    std::int64_t tokens = 1;         // of the request, about; above 0
    std::int64_t now_ms = 0;
};

// The keys of an endpoint's provider, of which there are several, as they stand there. Views.
class KeyChoice {
  public:
    KeyChoice(const OperatorKeys& keys, const KeyAllowances& allowances) : keys_(keys), allowances_(allowances) {}

    // The key to ask with. Where all rest, the one whose rest is over first.
    std::size_t pick(const KeyAsk& ask) const;
    // Another one after those: none where all others rest.
    std::optional<std::size_t> pick_another(const KeyAsk& ask, const KeySet& tried) const;
    // Where a conversation's draw puts it while all keys are well.
    std::size_t home(std::uint64_t conversation) const;
    bool is_well(std::size_t at, std::int64_t now_ms) const;
    bool any_well(std::int64_t now_ms) const;
    // When the first of them may be asked again, if none is well.
    std::int64_t rest_until_ms() const;

  private:
    struct Places;  // of keys that may be asked

    std::int64_t available_ms(std::size_t at) const;
    std::optional<std::size_t> due_trial(const KeySet& tried, std::int64_t now_ms) const;
    std::size_t pick_of(const Places& places, const KeyAsk& ask) const;
    std::size_t drawn(const Places& places, std::uint64_t conversation) const;
    std::size_t soonest() const;

    const OperatorKeys& keys_;
    const KeyAllowances& allowances_;
};

}  // namespace tollgate
