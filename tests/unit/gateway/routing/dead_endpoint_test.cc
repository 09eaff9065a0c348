// What a dead endpoint costs the others, and how soon it is found again: the parts that decide it, run against a
// simulated clock and simulated endpoints.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <queue>
#include <random>
#include <vector>

#include "gateway/routing/candidate_walk.h"
#include "gateway/routing/mix_bits.h"
#include "gateway/routing/ranking.h"

namespace tollgate {
namespace {

constexpr std::size_t kWorkers = 2;

// How an endpoint is when it is dead.
enum class Death : std::uint8_t { refuses, answers_503, hangs };

struct Scenario {
    std::size_t endpoints = 3;
    std::size_t dying = 0;
    Death death = Death::refuses;
    double requests_per_second = 50;
    std::int64_t dies_ms = 60'000, returns_ms = 180'000, ends_ms = 240'000;
    bool ordered = false;  // the dying one is named first by every request
};

struct Outcome {
    std::uint64_t requests = 0, attempts = 0, failed = 0;  // while it was dead
    std::int64_t first_use_after_return_ms = 0, share_back_ms = 0;
};

class Simulation {
  public:
    Simulation(const Scenario& scenario, std::uint64_t seed)
        : scenario_(scenario),
          random_(seed),
          board_(kWorkers, scenario.endpoints),
          endpoints_(scenario.endpoints, CatalogueEndpoint{}) {
        for (std::size_t i = 0; i < endpoints_.size(); ++i) endpoints_[i].number = i + 1;
    }

    Outcome run() {
        std::exponential_distribution<double> gap(scenario_.requests_per_second / 1000);
        double arrival = 1000;
        while (arrival < static_cast<double>(scenario_.ends_ms)) {
            const auto now = static_cast<std::int64_t>(arrival);
            while (!pending_.empty() && pending_.top().at_ms <= now) step();
            begin(now);
            arrival += gap(random_);
        }
        return outcome_;
    }

  private:
    struct Request {
        std::vector<const CatalogueEndpoint*> plan;
        std::size_t worker = 0, at = 0;
        std::int64_t came_ms = 0, began_ms = 0;
        std::size_t attempts = 0;
    };
    struct Event {
        std::int64_t at_ms;
        std::size_t request;
        bool success;
        bool operator>(const Event& other) const { return at_ms > other.at_ms; }
    };

    bool is_dead(std::int64_t now) const { return now >= scenario_.dies_ms && now < scenario_.returns_ms; }

    std::vector<const CatalogueEndpoint*> plan_at(std::size_t worker, std::int64_t now) {
        std::vector<RoutingHealth> health(endpoints_.size());
        std::vector<RankedEndpoint> ranked(endpoints_.size());
        for (std::size_t i = 0; i < endpoints_.size(); ++i) {
            health[i] = board_.of(worker, i + 1, now);
            ranked[i].identity = mix_bits(i);
            ranked[i].price = 100 + static_cast<std::int64_t>(i);
            ranked[i].health = &health[i];
            ranked[i].group = i == scenario_.dying || !scenario_.ordered ? 0 : 1;
        }
        rank_endpoints(ranked, {.groups = scenario_.ordered ? 1U : 0U, .seed = random_()});
        std::vector<const CatalogueEndpoint*> plan;
        for (const RankedEndpoint& one : ranked) plan.push_back(&endpoints_[one.at]);
        return plan;
    }

    void begin(std::int64_t now) {
        Request request;
        request.worker = random_() % kWorkers;
        request.came_ms = now;
        request.plan = plan_at(request.worker, now);
        CandidateWalk walk(request.plan, board_, budgets_[request.worker]);
        request.at = walk.first(now);
        requests_.push_back(request);
        if (is_dead(now)) ++outcome_.requests;
        attempt(requests_.size() - 1, now);
    }

    void attempt(std::size_t index, std::int64_t now) {
        Request& request = requests_[index];
        request.began_ms = now;
        ++request.attempts;
        if (is_dead(request.came_ms)) ++outcome_.attempts;
        const std::size_t endpoint = request.plan[request.at]->number - 1;
        const bool dies = endpoint == scenario_.dying && is_dead(now);
        std::int64_t takes = 20 + static_cast<std::int64_t>(random_() % 200);
        if (dies && scenario_.death == Death::refuses) takes = 1;
        if (dies && scenario_.death == Death::hangs) takes = 1000;
        pending_.push({now + takes, index, !dies});
    }

    void step() {
        const Event event = pending_.top();
        pending_.pop();
        Request& request = requests_[event.request];
        const std::size_t endpoint = request.plan[request.at]->number - 1;
        board_.note(request.worker, endpoint + 1,
                    {.outcome = event.success ? AttemptOutcome::success : AttemptOutcome::failure}, request.began_ms,
                    event.at_ms);
        if (event.success) return note_answer(endpoint, event.at_ms);
        CandidateWalk walk(std::span(request.plan).subspan(request.at), board_, budgets_[request.worker]);
        const auto next = walk.next(event.at_ms);
        if (!next) {
            if (is_dead(request.came_ms)) ++outcome_.failed;
            return;
        }
        request.at += *next;
        attempt(event.request, event.at_ms);
    }

    // Its share is back when a trial is no longer needed: the breaker is closed and no plan sets it back.
    void note_answer(std::size_t endpoint, std::int64_t now) {
        if (endpoint != scenario_.dying || now < scenario_.returns_ms) return;
        if (outcome_.first_use_after_return_ms == 0) outcome_.first_use_after_return_ms = now - scenario_.returns_ms;
        const RoutingHealth health = board_.of(0, endpoint + 1, now);
        const bool back = health.breaker == CircuitBreaker::State::closed && !health.failed_lately &&
                          health.grade == HealthGrade::good;
        if (back && outcome_.share_back_ms == 0) outcome_.share_back_ms = now - scenario_.returns_ms;
    }

    const Scenario scenario_;
    std::mt19937_64 random_;
    HealthBoard board_;
    std::array<RetryBudget, kWorkers> budgets_;
    std::vector<CatalogueEndpoint> endpoints_;
    std::vector<Request> requests_;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> pending_;
    Outcome outcome_;
};

TEST(DeadEndpoint, ExtraLoadIsATenthAtMostAndItIsBackWithinFiveSeconds) {
    double worst = 0;
    std::int64_t slowest = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
        std::mt19937_64 random(seed);
        Scenario scenario;
        scenario.endpoints = 2 + random() % 4;
        scenario.dying = random() % scenario.endpoints;
        scenario.death = static_cast<Death>(random() % 3);
        scenario.requests_per_second = 5 + static_cast<double>(random() % 150);
        scenario.returns_ms = scenario.dies_ms + 60'000 + static_cast<std::int64_t>(random() % 120'000);
        scenario.ends_ms = scenario.returns_ms + 20'000;
        scenario.ordered = random() % 3 == 0;
        const Outcome outcome = Simulation(scenario, seed).run();
        const double extra = static_cast<double>(outcome.attempts) / static_cast<double>(outcome.requests) - 1;
        worst = std::max(worst, extra);
        slowest = std::max(slowest, outcome.share_back_ms);
        EXPECT_LE(extra, 0.10) << "seed " << seed;
        EXPECT_GT(outcome.share_back_ms, 0) << "seed " << seed << ": it never came back";
        EXPECT_LE(outcome.share_back_ms, 5000) << "seed " << seed;
        EXPECT_LE(outcome.failed * 100, outcome.requests) << "seed " << seed << ": others can answer";
    }
    RecordProperty("worst_extra_load_percent", static_cast<int>(worst * 100));
    RecordProperty("slowest_return_ms", static_cast<int>(slowest));
    EXPECT_GT(worst, 0) << "it was found dead by trying";
}

}  // namespace
}  // namespace tollgate
