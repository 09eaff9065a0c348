#include "tests/simulation/world.h"

#include <openssl/rand.h>

#include <cstdio>

#include "tests/simulation/office.h"

namespace tollgate {
namespace {

simulation::World* running_world = nullptr;

}  // namespace

wire::Clock::time_point wire::Clock::now() {
    return time_point(std::chrono::milliseconds(running_world->monotonic_ms));
}
std::int64_t wire::unix_ms_now() { return running_world->now_ms; }

}  // namespace tollgate

// In place of OpenSSL's: ids, keys and codes come from the seed, as all else does.
int RAND_bytes(unsigned char* out, int count) {
    for (int i = 0; i < count; ++i) {
        out[i] = static_cast<unsigned char>(tollgate::running_world->secrets.next() >> 56);
    }
    return 1;
}

namespace tollgate::simulation {
namespace {

constexpr std::int64_t kBegin = 1'795'219'200'000;  // 2026-11-21

LedgerOptions some_options(Random& random, const std::int64_t& now_ms) {
    LedgerOptions options;
    options.durability = random.one_in(2) ? Durability::disk : Durability::process;
    options.clock_ms = [&now_ms] { return now_ms; };
    options.retry_interval_ms = 0;
    return options;
}

}  // namespace

void Tally::add(const Tally& other) {
    steps += other.steps, requests += other.requests, completed += other.completed, refused += other.refused;
    transactions += other.transactions, expiries += other.expiries, blocks += other.blocks, restarts += other.restarts,
        crashes += other.crashes;
    grown += other.grown, cut += other.cut, dropped += other.dropped;
    power_cuts += other.power_cuts, failed_commits += other.failed_commits, orphans += other.orphans;
    clock_jumps += other.clock_jumps, failovers += other.failovers;
    account_calls += other.account_calls, account_changes += other.account_changes;
    account_repeats += other.account_repeats;
}

Process::Process() = default;
Process::~Process() = default;

Spenders Process::spenders_of(const ModelOrganization& organization, const ModelKey& key) {
    return {&credits.project(key.project), &credits.member(organization.id, key.member),
            &credits.key(organization.id, key.digest)};
}

Spender& Process::credit_of(const ModelOrganization& organization, std::size_t spender) {
    const ModelKey& any = organization.keys.front();
    if (spender == 0) return credit_of(organization).spender();
    if (spender == 1) return credits.project(any.project);
    if (spender == 2) return credits.member(organization.id, any.member);
    return credits.key(organization.id, organization.keys[spender - 3].digest);
}

void Process::set_limits(const ModelOrganization& organization, std::size_t spender) {
    credit_of(organization).set_limits(credit_of(organization, spender), organization.spenders[spender].limits);
}

World::World(std::uint64_t seed, const std::string& slot_path, bool verbose_in)
    : random(seed),
      secrets(~seed),
      verbose(verbose_in),
      machine(slot_path, random),
      now_ms(kBegin + random.between(0, kYearMs)),
      options(some_options(random, now_ms)),
      lanes(static_cast<std::uint32_t>(random.between(1, 3))),
      slots(static_cast<std::uint32_t>(random.between(lanes + 1, 16))) {
    running_world = this;
    credit_config.on_exhausted = random.one_in(3) ? OnExhausted::owe : OnExhausted::cut;
    credit_config.overdraft_cap = {random.between(0, 40'000)};
    model.add_organizations(random, seed);
}

void World::trace(const std::string& what) const {
    std::printf("%4llu  %s\n", static_cast<unsigned long long>(tally.steps), what.c_str());
}

}  // namespace tollgate::simulation
