// What must be true, kept apart from the program: who has how much, what runs, what was promised to whom.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "accounting/accounts/directory.h"
#include "accounting/credit/credit.h"
#include "accounting/ledger/transactions.h"
#include "gateway/chat/answer_stream.h"
#include "gateway/upstream/stream_relay.h"
#include "store/slot_file.h"
#include "tests/simulation/books.h"
#include "tests/simulation/random.h"
#include "tests/simulation/upstream.h"

namespace tollgate::simulation {

// What was charged and is held in UTC windows by the time of admission, named by the day they begin. Of each kind only
// the two that were entered last are known; holding enters, and so does what a new process reads in the journal.
class Windows {
  public:
    struct Sums {
        NanoUsd charged, held;
    };

    void enter(std::int64_t at_ms);
    void charge(std::int64_t at_ms, NanoUsd amount);
    void hold(std::int64_t at_ms, NanoUsd more);
    Sums in(LimitReset window, std::int64_t at_ms) const;

  private:
    static std::chrono::sys_days start_of(LimitReset window, std::int64_t at_ms);

    Sums lifetime_;
    std::map<LimitReset, std::map<std::chrono::sys_days, Sums>> known_;
    std::map<LimitReset, std::vector<std::chrono::sys_days>> entered_;  // each once, the latest last
};

// An amount that is known to lie within.
struct Range {
    NanoUsd least, most;
};

// Whoever has a budget: an organization, a project, a member, a key.
struct ModelSpender {
    std::string name;  // as in the books
    Limits limits;
    Windows spent;
    std::int64_t running = 0;
    struct Tokens {
        std::int64_t at_ms, tokens;
    };
    // In the last minute, by the monotonic clock and in this process: what admitted requests asked for, and what of it
    // was not used.
    std::deque<Tokens> admitted, returned;
    bool overdrawn = false;  // an answer took more tokens than it asked for: the debt may last longer than a minute

    void forget_before(std::int64_t monotonic_ms);
};
std::int64_t sum(const std::deque<ModelSpender::Tokens>& tokens);

struct ModelKey {
    KeyDigest digest;
    Id128 project, member;
    std::array<std::size_t, 4> spenders{};  // whose limits hold for it, in the order they are asked
};

// Credit that had expired when it was last looked for, and what of it those may still spend who ran then.
struct ModelExpired {
    NanoUsd left;
    std::int64_t frozen_ms = INT64_MIN;
    bool exact = true;                // no clock hides who ran then
    std::map<Id128, NanoUsd> claims;  // of those that still run
    NanoUsd burned, unclaimed;        // by those that ended; what they gave back before
    NanoUsd nobodys() const;
};

struct ModelOrganization {
    Id128 id;
    std::shared_ptr<const OrganizationPolicy> policy;  // as the gateway's directory has it; may be null
    NanoUsd granted, used, held;
    NanoUsd unsure;  // of what was granted: taken, perhaps, by a transaction that is not committed yet
    ModelExpired expired;
    std::vector<ModelSpender> spenders;  // the first is the organization
    std::vector<ModelKey> keys;
};

// The life of a request as its client and the gateway see it.
enum class Phase : std::uint8_t {
    opening,   // the hold is taken; nothing has gone upstream
    running,   // it has
    settling,  // the settlement is being published
    settled,   // it is: the terminal bytes may leave (at durability process)
    booked,    // its record was seen in the journal
    gone,      // without a record, as may be
};
constexpr const char* kPhaseNames[] = {"opening", "running", "settling", "settled", "booked", "gone"};

struct ModelRequest {
    Id128 id;
    std::size_t organization = 0, key = 0;
    Phase phase = Phase::opening;
    std::uint32_t lane = 0;
    SlotIndex slot = 0;
    std::int64_t created_ms = 0;
    std::vector<Prices> candidates;  // of those that may answer, in the order in which they are tried
    std::size_t candidate = 0;       // in use
    Prices prices;                   // its own
    struct Attempt {
        std::size_t candidate;
        std::uint64_t progress;
    };
    std::vector<Attempt> failed;  // and what was published of them
    bool switching = false;       // the next candidate is being published
    std::int64_t prompt_estimate = 0, prompt_counted = 0;
    std::int64_t asked_output = 0;  // tokens
    std::int64_t held_output = 0;   // tokens of the candidate in use that the hold pays for
    NanoUsd overdraft;              // what its organization's policy allows beyond
    std::int64_t covered_output = 0, output = 0;
    std::int64_t demanded = 0;             // tokens, of rates
    std::uint64_t progress = 0;            // published last
    NanoUsd hold;                          // as grown
    std::vector<NanoUsd> published_holds;  // as opened and as it had grown: what an orphan may cost
    NanoUsd cost, charged;                 // once it is being settled
    bool durable = false;                  // promised to survive a power cut
    bool orphan = false;                   // booked by a recovery
    bool dropped = false;                  // its record's time was over; the money stays
    std::uint8_t retention_class = 0;
    Upstream upstream;
    AnswerStream meter;
    std::optional<StreamRelay> relay;  // while it runs
};
std::string name_of(const ModelRequest& request);

// A transaction that a caller asked for and that may be booked.
struct ModelTransaction {
    TransactionRequest request;
    Range moved;                              // of the organization's credit, if it is booked
    std::optional<TransactionResult> answer;  // without: the outcome is unknown
    std::optional<Id128> entry;               // its event in the journal, once it was seen there
    bool lost = false;                        // it was not booked, and nobody was told that it is
};

// A cost as docs say it is: pico-USD summed exactly, rounded once to nano-USD, half up.
NanoUsd price_of(const TokenUsage& usage, const Prices& prices);
Id128 numbered_id(std::uint64_t high, std::uint64_t low);

struct Model {
    std::vector<ModelOrganization> organizations;
    std::deque<ModelRequest> requests;  // all, in the order they began
    std::map<Id128, ModelRequest*> by_id;
    std::vector<ModelRequest*> live;  // opening to settled
    std::deque<ModelTransaction> transactions;

    void add_organizations(Random& random, std::uint64_t seed);
    ModelOrganization& organization_of(const ModelRequest& request) { return organizations[request.organization]; }
    const ModelKey& key_of(const ModelRequest& request) { return organization_of(request).keys[request.key]; }

    // What credit and every budget have beside what is held; below zero where a budget was lowered.
    Range left(const ModelRequest& request, std::int64_t at_ms);
    static Range left(const ModelOrganization& organization);
    // What the request can be charged at most: its hold, and what is left.
    Range coverable(const ModelRequest& request);

    // The hold of the request is given.
    ModelRequest& begin(ModelRequest request, std::int64_t monotonic_ms);
    // The next candidate is tried: nothing that came of the one before is billed.
    static void use(ModelRequest& request, std::size_t candidate);
    void grow_hold(ModelRequest& request, NanoUsd more);
    void settle(ModelRequest& request, NanoUsd cost, NanoUsd charged, std::int64_t tokens, std::int64_t monotonic_ms);
    // The journal was looked through for expired credit, and has that much left of it. Whether those who run now are
    // the ones who may spend it.
    bool freeze_expired(ModelOrganization& organization, NanoUsd left, std::int64_t last_expiry_ms,
                        std::int64_t now_ms);
    // A process has begun, which knows what the books say; nothing runs.
    void restart_from(Books& books);
};

}  // namespace tollgate::simulation
