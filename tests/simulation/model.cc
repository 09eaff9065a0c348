#include "tests/simulation/model.h"

namespace tollgate::simulation {
namespace {

void add_to_holds(ModelOrganization& organization, const ModelKey& key, NanoUsd more, std::int64_t admitted_ms) {
    organization.held += more;
    for (const std::size_t spender : key.spenders) organization.spenders[spender].spent.hold(admitted_ms, more);
}

}  // namespace

void Windows::enter(std::int64_t at_ms) {
    for (const auto kind : {LimitReset::daily, LimitReset::weekly, LimitReset::monthly}) {
        auto& entered = entered_[kind];
        std::erase(entered, start_of(kind, at_ms));
        entered.push_back(start_of(kind, at_ms));
        known_[kind].try_emplace(start_of(kind, at_ms));
        if (entered.size() <= 2) continue;
        known_[kind].erase(entered.front());
        entered.erase(entered.begin());
    }
}

void Windows::charge(std::int64_t at_ms, NanoUsd amount) {
    lifetime_.charged += amount;
    for (auto& [kind, windows] : known_) {
        if (const auto found = windows.find(start_of(kind, at_ms)); found != windows.end()) {
            found->second.charged += amount;
        }
    }
}

// What is released was perhaps held before its window was forgotten and entered again.
void Windows::hold(std::int64_t at_ms, NanoUsd more) {
    lifetime_.held += more;
    for (auto& [kind, windows] : known_) {
        const auto found = windows.find(start_of(kind, at_ms));
        if (found != windows.end()) found->second.held = std::max(found->second.held + more, NanoUsd{});
    }
}

Windows::Sums Windows::in(LimitReset window, std::int64_t at_ms) const {
    if (window == LimitReset::lifetime) return lifetime_;
    const auto kind = known_.find(window);
    if (kind == known_.end()) return {};
    const auto found = kind->second.find(start_of(window, at_ms));
    return found == kind->second.end() ? Sums{} : found->second;
}

std::chrono::sys_days Windows::start_of(LimitReset window, std::int64_t at_ms) {
    using namespace std::chrono;
    const sys_days day = floor<days>(sys_time<milliseconds>(milliseconds(at_ms)));
    if (window == LimitReset::daily) return day;
    if (window == LimitReset::weekly) return day - (weekday(day) - Monday);
    return sys_days(year_month_day(day).year() / year_month_day(day).month() / 1);
}

void ModelSpender::forget_before(std::int64_t monotonic_ms) {
    for (auto* const tokens : {&admitted, &returned}) {
        while (!tokens->empty() && tokens->front().at_ms <= monotonic_ms) tokens->pop_front();
    }
}

std::int64_t sum(const std::deque<ModelSpender::Tokens>& tokens) {
    std::int64_t sum = 0;
    for (const auto& [at_ms, count] : tokens) sum += count;
    return sum;
}

std::string name_of(const ModelRequest& request) {
    return "request " + to_ulid(request.id) + " (" + kPhaseNames[static_cast<std::size_t>(request.phase)] + ", lane " +
           std::to_string(request.lane) + ", slot " + std::to_string(request.slot) + ")";
}

NanoUsd price_of(const TokenUsage& usage, const Prices& prices) {
    const std::int64_t pico = usage.prompt * prices.prompt + usage.completion * prices.completion + prices.per_request;
    return {(pico + 500) / 1000};
}

Id128 numbered_id(std::uint64_t high, std::uint64_t low) {
    Id128 id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.bytes[7 - i] = static_cast<std::uint8_t>(high >> (8 * i));
        id.bytes[15 - i] = static_cast<std::uint8_t>(low >> (8 * i));
    }
    return id;
}

void Model::add_organizations(Random& random, std::uint64_t seed) {
    const std::uint64_t count = 1 + random.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
        ModelOrganization& organization = organizations.emplace_back();
        organization.id = numbered_id(i + 1, seed);
        const auto add_spender = [&](std::string name) {
            ModelSpender& spender = organization.spenders.emplace_back();
            spender.name = std::move(name);
            if (random.one_in(6)) spender.limits.concurrent_requests = random.between(1, 4);
            if (random.one_in(8)) spender.limits.requests_per_minute = random.between(1, 30);
            if (random.one_in(8)) spender.limits.tokens_per_minute = random.between(50, 1000);
            return organization.spenders.size() - 1;
        };
        if (random.one_in(2)) {
            OrganizationPolicy policy;
            if (random.one_in(2)) policy.on_exhausted = random.one_in(2) ? OnExhausted::owe : OnExhausted::cut;
            if (random.one_in(2)) policy.overdraft_cap = NanoUsd{random.between(0, 40'000)};
            organization.policy = std::make_shared<const OrganizationPolicy>(policy);
        }
        const Id128 project = numbered_id(100 + i, seed), member = numbered_id(200 + i, seed);
        const std::array shared = {add_spender(organization_name(organization.id)), add_spender(project_name(project)),
                                   add_spender(member_name(organization.id, member))};
        const std::uint64_t keys = 1 + random.below(2);
        for (std::uint64_t k = 0; k < keys; ++k) {
            const KeyDigest digest = digest_key("key " + std::to_string(i) + "/" + std::to_string(k));
            organization.keys.push_back(
                {digest, project, member, {shared[0], shared[1], shared[2], add_spender(key_name(digest))}});
        }
    }
}

NanoUsd ModelExpired::nobodys() const {
    NanoUsd claimed = burned + unclaimed;
    for (const auto& [request, claim] : claims) claimed += claim;
    return exact ? std::max(left - claimed, NanoUsd{}) : NanoUsd{};
}

Range Model::left(const ModelOrganization& organization) {
    const NanoUsd left = organization.granted - organization.used - organization.held;
    return {left - organization.unsure - organization.expired.left, left - organization.expired.nobodys()};
}

Range Model::left(const ModelRequest& request, std::int64_t at_ms) {
    ModelOrganization& organization = organization_of(request);
    Range left = this->left(organization);
    for (const std::size_t index : key_of(request).spenders) {
        ModelSpender& spender = organization.spenders[index];
        const Limits& limits = spender.limits;
        if (!limits.budget) continue;
        const auto [charged, held] = spender.spent.in(limits.reset, at_ms);
        const NanoUsd room = *limits.budget - charged - held;
        left = {std::min(left.least, room), std::min(left.most, room)};
    }
    return left;
}

Range Model::coverable(const ModelRequest& request) {
    const Range left = this->left(request, request.created_ms);
    return {request.hold + std::max(left.least, NanoUsd{}), request.hold + std::max(left.most, NanoUsd{})};
}

bool Model::freeze_expired(ModelOrganization& organization, NanoUsd left, std::int64_t last_expiry_ms,
                           std::int64_t now_ms) {
    ModelExpired& expired = organization.expired;
    if (left == NanoUsd{}) {
        expired = {};
        return false;
    }
    expired.left = left;
    expired.burned = {};  // is in the journal by now
    if (last_expiry_ms <= expired.frozen_ms) return false;
    expired.frozen_ms = now_ms;
    expired.exact = true;
    expired.unclaimed = {};
    expired.claims.clear();
    for (const ModelRequest* const request : live) {
        if (&organization_of(*request) != &organization || request->phase >= Phase::settling) continue;
        expired.claims[request->id] = request->hold;
        expired.exact = expired.exact && request->created_ms < now_ms;
    }
    return true;
}

ModelRequest& Model::begin(ModelRequest request, std::int64_t monotonic_ms) {
    ModelOrganization& organization = organization_of(request);
    const ModelKey& key = key_of(request);
    for (const std::size_t spender : key.spenders) organization.spenders[spender].spent.enter(request.created_ms);
    add_to_holds(organization, key, request.hold, request.created_ms);
    for (const std::size_t spender : key.spenders) {
        ++organization.spenders[spender].running;
        organization.spenders[spender].admitted.push_back({monotonic_ms, request.demanded});
    }
    ModelRequest& kept = requests.emplace_back(std::move(request));
    by_id.emplace(kept.id, &kept);
    live.push_back(&kept);
    return kept;
}

void Model::use(ModelRequest& request, std::size_t candidate) {
    if (candidate != request.candidate) request.failed.push_back({request.candidate, request.progress});
    request.candidate = candidate;
    request.prices = request.candidates[candidate];
    request.progress = 0;
    request.output = request.covered_output = 0;
    const NanoUsd asked =
        price_of({.prompt = request.prompt_estimate, .completion = request.asked_output}, request.prices);
    const std::int64_t price = request.prices.completion;
    constexpr std::int64_t kPlenty = 1'000'000'000'000;
    const std::int64_t more = price == 0 ? kPlenty : (request.hold - asked).value * 1000 / price;
    request.held_output = request.asked_output + (request.hold == asked ? 0 : std::min(more, kPlenty));
}

void Model::grow_hold(ModelRequest& request, NanoUsd more) {
    add_to_holds(organization_of(request), key_of(request), more, request.created_ms);
    request.hold += more;
    auto& claims = organization_of(request).expired.claims;
    if (const auto claim = claims.find(request.id); claim != claims.end()) {
        claim->second = std::max(claim->second, request.hold);
    }
}

void Model::settle(ModelRequest& request, NanoUsd cost, NanoUsd charged, std::int64_t tokens,
                   std::int64_t monotonic_ms) {
    ModelOrganization& organization = organization_of(request);
    const ModelKey& key = key_of(request);
    add_to_holds(organization, key, -request.hold, request.created_ms);
    organization.used += charged;
    for (const std::size_t spender : key.spenders) {
        --organization.spenders[spender].running;
        organization.spenders[spender].spent.charge(request.created_ms, charged);
        const std::int64_t unused = std::max<std::int64_t>(request.demanded - tokens, 0);
        organization.spenders[spender].returned.push_back({monotonic_ms, unused});
        organization.spenders[spender].overdrawn |= tokens > request.demanded;
    }
    request.cost = cost;
    request.charged = charged;
    ModelExpired& expired = organization.expired;
    if (const auto claim = expired.claims.extract(request.id)) {
        expired.burned += charged;
        expired.unclaimed += claim.mapped() - std::min(claim.mapped(), request.hold);
    }
}

void Model::restart_from(Books& books) {
    live.clear();
    for (ModelOrganization& organization : organizations) {
        const BookedTotals totals = books.totals(organization.id);
        organization.granted = totals.granted;
        organization.used = totals.used;
        organization.held = organization.unsure = {};
        organization.expired = {};
        for (ModelSpender& spender : organization.spenders) {
            spender.running = 0;
            spender.admitted.clear();
            spender.returned.clear();
            spender.overdrawn = false;
            spender.spent = {};
            for (const auto& [at_ms, amount] : books.charges(spender.name)) {
                spender.spent.enter(at_ms);
                spender.spent.charge(at_ms, amount);
            }
        }
    }
}

}  // namespace tollgate::simulation
