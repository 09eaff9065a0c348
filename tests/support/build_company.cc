// Fills a new data directory with what a large customer has left in it after months: organizations with people,
// projects and keys, and their requests one after the other, through the slots and the ledger as a gateway writes them.
// The same arguments make the same requests.
//
//   build_company DATA_DIR REQUESTS DAYS LAST_MS     prints {"root_key","organizations":[{"id","requests"}…]}
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/member.h"
#include "accounting/accounts/project.h"
#include "accounting/accounts/user.h"
#include "accounting/ledger/ledger.h"
#include "accounting/usage/usage_index.h"
#include "store/data_directory.h"
#include "store/rocks_store.h"

namespace {

using namespace tollgate;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::uint32_t kSlots = 4096;
constexpr NanoUsd kCredit{200'000 * kNanoPerUsd};
constexpr int kRequestsOfRareUser = 3;  // among the oldest of the first organization

struct Size {
    double share;  // of all requests
    int members, projects, keys;
};
// 50 people, 20 projects (with the default one of each organization), 200 keys.
constexpr std::array<Size, 3> kOrganizations{{{0.90, 40, 16, 160}, {0.09, 8, 3, 30}, {0.01, 2, 1, 10}}};

struct Model {
    std::string_view name;
    std::array<std::string_view, 2> providers;  // who answers, and who else might
    std::int64_t prompt, completion;            // pico-USD a token
};
// 30 models of 8 providers; the first are asked most.
constexpr std::array<Model, 30> kModels{{
    {"anthropic/claude-sonnet-5.5", {"anthropic", "amazon-bedrock"}, 3'000'000, 15'000'000},
    {"anthropic/claude-haiku-5.5", {"anthropic", "google-vertex"}, 1'000'000, 5'000'000},
    {"google/gemini-3.8-flash", {"google-ai-studio", "google-vertex"}, 300'000, 2'500'000},
    {"deepseek/deepseek-v4-flash", {"fireworks", "novita"}, 140'000, 280'000},
    {"anthropic/claude-opus-5.5", {"anthropic", "amazon-bedrock"}, 5'000'000, 25'000'000},
    {"google/gemini-3.5-flash-lite", {"google-vertex", "google-ai-studio"}, 100'000, 400'000},
    {"meta-llama/llama-3.3-70b-instruct", {"groq", "novita"}, 590'000, 790'000},
    {"mistralai/mistral-large-4", {"mistral", "mistral"}, 2'000'000, 6'000'000},
    {"moonshotai/kimi-k3", {"novita", "fireworks"}, 600'000, 2'500'000},
    {"amazon/nova-pro-v1", {"amazon-bedrock", "amazon-bedrock"}, 800'000, 3'200'000},
    {"deepseek/deepseek-v4-pro", {"fireworks", "novita"}, 435'000, 870'000},
    {"google/gemini-2.5-pro", {"google-ai-studio", "google-vertex"}, 1'250'000, 10'000'000},
    {"mistralai/codestral-2508", {"mistral", "mistral"}, 300'000, 900'000},
    {"minimax/minimax-m3", {"novita", "fireworks"}, 300'000, 1'200'000},
    {"anthropic/claude-opus-5", {"anthropic", "google-vertex"}, 5'000'000, 25'000'000},
    {"meta-llama/llama-3.1-8b-instruct", {"groq", "fireworks"}, 50'000, 80'000},
    {"google/gemini-3.7-flash", {"google-ai-studio", "google-vertex"}, 300'000, 2'500'000},
    {"mistralai/ministral-8b-2512", {"mistral", "amazon-bedrock"}, 150'000, 150'000},
    {"deepseek/deepseek-v3.2", {"novita", "amazon-bedrock"}, 270'000, 400'000},
    {"amazon/nova-lite-v1", {"amazon-bedrock", "amazon-bedrock"}, 60'000, 240'000},
    {"meta-llama/llama-4-maverick", {"novita", "amazon-bedrock"}, 270'000, 850'000},
    {"anthropic/claude-sonnet-4.6", {"anthropic", "amazon-bedrock"}, 3'000'000, 15'000'000},
    {"meta-llama/llama-4-scout", {"groq", "novita"}, 110'000, 340'000},
    {"google/gemma-3-27b-it", {"novita", "amazon-bedrock"}, 119'000, 200'000},
    {"mistralai/mistral-small-2603", {"mistral", "mistral"}, 100'000, 300'000},
    {"amazon/nova-micro-v1", {"amazon-bedrock", "amazon-bedrock"}, 35'000, 140'000},
    {"anthropic/claude-haiku-4.5", {"anthropic", "google-vertex"}, 1'000'000, 5'000'000},
    {"deepseek/deepseek-r1-0528", {"fireworks", "novita"}, 700'000, 2'500'000},
    {"minimax/minimax-m2.7", {"novita", "fireworks"}, 300'000, 1'200'000},
    {"moonshotai/kimi-k2.7-code", {"fireworks", "novita"}, 600'000, 2'500'000},
}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kApps{{
    {"https://chat.example.com", "Chat"},
    {"https://ide.example.com", "Editor"},
    {"https://support.example.com", "Support desk"},
    {"https://search.example.com", "Search"},
    {"https://mail.example.com", "Mail"},
    {"", ""},
}};
constexpr std::array<std::string_view, 5> kTags{
    {"env=prod,team=search", "env=prod,team=support", "env=test,team=search", "env=prod,feature=summary", ""}};
constexpr std::array<std::string_view, 4> kRepositories{{"example/web", "example/api", "example/infra", "example/ml"}};

int fail(const Status& status) {
    std::fprintf(stderr, "build_company: %s\n", status.message().c_str());
    return 1;
}

// Whole numbers and shares from one seed. The distributions of the standard library differ from one to the next.
class Dice {
  public:
    std::size_t below(std::size_t bound) { return engine_() % bound; }
    double share() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
    // Small numbers are much more frequent: a few keys and models have most requests.
    std::size_t skewed(std::size_t bound) {
        const double share = this->share();
        return std::min(bound - 1, static_cast<std::size_t>(share * share * share * static_cast<double>(bound)));
    }

  private:
    std::mt19937_64 engine_{20'261'130};
};

struct Key {
    KeyDigest digest;
    Id128 project, member;
};
struct Customer {
    Id128 id;
    std::vector<Key> keys;
    std::int64_t requests = 0;
};

template <class Make>
auto change(Accounts& accounts, std::int64_t now_ms, Make make) -> decltype(make(std::declval<Change&>())) {
    Change change(accounts, Caller{}, "build_company", now_ms);
    auto made = make(change);
    const Status& status = made ? change.commit() : made.error();
    if (!status.ok()) return std::unexpected(status);
    return made;
}

Result<Customer> make_customer(Change& change, std::size_t number) {
    const Size& size = kOrganizations[number];
    Customer made;
    std::vector<Id128> people, projects;
    for (int i = 0; i < size.members; ++i) {
        const std::string name = "Person " + std::to_string(number) + "." + std::to_string(i);
        const std::string email = "p" + std::to_string(number) + "." + std::to_string(i) + "@example.net";
        const auto person =
            create_user(change, {.email = email, .name = name, .verified_by = VerifiedBy::the_operator});
        if (!person) return std::unexpected(person.error());
        people.push_back(*person);
    }
    const auto organization =
        create_organization(change, {.name = "Company " + std::to_string(number), .owner = people.front()});
    if (!organization) return std::unexpected(organization.error());
    made.id = *organization;
    for (std::size_t i = 1; i < people.size(); ++i) {
        Status added = add_member(change, made.id, people[i], i % 8 == 0 ? Role::admin : Role::member, Seat::over_limit,
                                  JoinedBy::the_operator);
        if (!added.ok()) return std::unexpected(std::move(added));
    }
    for (int i = 1; i < size.projects; ++i) {
        const auto project = create_project(change, made.id, "Project " + std::to_string(i));
        if (!project) return std::unexpected(project.error());
        projects.push_back(*project);
    }
    for (int i = 0; i < size.keys; ++i) {
        const auto at = static_cast<std::size_t>(i);
        KeyFields fields{.name = "Key " + std::to_string(i), .creator = people[at % people.size()]};
        if (!projects.empty()) fields.project = projects[at % projects.size()];
        const auto key = create_key(change, made.id, fields);
        if (!key) return std::unexpected(key.error());
        const KeyRecord* record = change.directory().find_key(key->digest);
        made.keys.push_back({.digest = key->digest, .project = record->project, .member = record->creator});
    }
    return made;
}

// When it is settled: more by day than by night, less on two days of seven.
std::int64_t instant_of(std::int64_t number, std::int64_t requests, std::int64_t first_ms, std::int64_t days) {
    const double turn = 2 * 3.14159265358979323846;
    const double day = static_cast<double>(number) / static_cast<double>(requests) * static_cast<double>(days);
    const double warped = day - 0.7 / turn * std::sin(turn * day) - 7 * 0.3 / turn * std::sin(turn * day / 7);
    return first_ms + static_cast<std::int64_t>(std::clamp(warped, 0.0, static_cast<double>(days)) * kDayMs);
}

// Texts of a record are views.
struct Texts {
    std::string user, session, upstream_id;
};

void end_badly(Dice& dice, RequestSettled& settled) {
    const double kind = dice.share();
    if (kind < 0.45) {
        settled.http_status = settled.upstream_status = 429;
        settled.error = "rate_limit_exceeded";
    } else if (kind < 0.8) {
        settled.http_status = 502;
        settled.upstream_status = 500;
        settled.error = "provider_error";
    } else {
        settled.http_status = 499;
        settled.upstream_status = 200;
        settled.cancelled = true;
    }
}

UsageRecord request_of(Dice& dice, UlidGenerator& ids, Customer& customer, std::int64_t settled_ms, Texts& texts) {
    UsageRecord record;
    RequestOpened& opened = record.opened;
    RequestSettled& settled = record.settled;
    const Key& key = customer.keys[dice.skewed(customer.keys.size())];
    const Model& model = kModels[dice.skewed(kModels.size())];
    settled.settled_ms = settled_ms;
    settled.first_token_ms = static_cast<std::int32_t>(120 + dice.skewed(2500));
    settled.latency_ms = settled.first_token_ms + static_cast<std::int32_t>(200 + dice.skewed(20'000));
    opened.created_ms = settled_ms - settled.latency_ms;
    opened.request = ids.next(opened.created_ms);
    opened.organization = customer.id;
    opened.project = key.project;
    opened.member = key.member;
    opened.key = key.digest;
    opened.streamed = dice.below(10) < 6;
    opened.model_asked = model.name;
    const bool is_rare = customer.requests < kRequestsOfRareUser;
    texts.user = is_rare ? "seen-long-ago" : "user-" + std::to_string(dice.skewed(500));
    texts.session = "conversation-" + std::to_string(dice.below(40'000));
    opened.end_user = texts.user;
    opened.session = texts.session;
    const auto& app = kApps[dice.skewed(kApps.size())];
    opened.app = app.first;
    opened.app_title = app.second;
    opened.tags = kTags[dice.skewed(kTags.size())];
    if (dice.below(10) == 0) {
        opened.git = {.provider = "github",
                      .host = "github.com",
                      .organization = "example",
                      .repository = kRepositories[dice.below(kRepositories.size())]};
    }
    const Prices prices{.prompt = model.prompt, .completion = model.completion, .cache_read = model.prompt / 10};
    const std::size_t first = dice.below(10) == 0 ? 1 : 0;
    for (const std::size_t i : {first, 1 - first}) {
        opened.candidates.add({.model = model.name, .provider = model.providers[i], .prices = {prices, prices}});
    }
    const double kind = dice.share();
    if (kind < 0.04) {
        end_badly(dice, settled);
        if (!settled.cancelled) {
            settled.first_token_ms = -1;
            return record;
        }
    } else {
        settled.http_status = settled.upstream_status = 200;
        settled.finish_reason = dice.below(20) == 0 ? "length" : "stop";
    }
    settled.usage.prompt = static_cast<std::int64_t>(200 + dice.skewed(12'000));
    settled.usage.cache_read = dice.below(3) == 0 ? settled.usage.prompt / 2 : 0;
    settled.usage.completion = static_cast<std::int64_t>(20 + dice.skewed(3000));
    settled.source = UsageSource::provider;
    settled.cost = settled.charged = cost_of(settled.usage, prices);
    settled.provider_cost = settled.cost;
    opened.hold = settled.cost;
    texts.upstream_id = "chatcmpl-" + std::to_string(dice.below(1'000'000'000));
    settled.upstream_id = texts.upstream_id;
    return record;
}

bool write_request(SlotFile& slots, const UsageRecord& record) {
    const auto slot = slots.acquire(0);
    if (!slot) return false;
    std::array<std::byte, kSlotOpenBytes> bytes;
    slots.publish_open(*slot, std::span(bytes).first(encode(record.opened, bytes)));
    slots.publish_settled(0, *slot, std::span(bytes).first(encode(record.settled, bytes)));
    return true;
}

int build(const std::string& directory, std::int64_t requests, std::int64_t days, std::int64_t last_ms) {
    const std::int64_t first_ms = last_ms - days * kDayMs;
    std::int64_t now_ms = first_ms;
    auto store = RocksStore::open(directory);
    if (!store) return fail(store.error());
    const auto epoch = (*store)->next_boot_epoch();
    if (!epoch) return fail(epoch.error());
    CreditTable credits;
    auto accounts = Accounts::load(**store, credits);
    if (!accounts) return fail(accounts.error());
    const auto root = change(**accounts, now_ms, [](Change& change) { return create_root_key(change); });
    if (!root) return fail(root.error());
    auto slots =
        SlotFile::open({.path = slot_file_path(directory), .slots = kSlots, .workers = 1, .boot_epoch = *epoch});
    if (!slots) return fail(slots.error());
    LedgerOptions options;
    options.clock_ms = [&now_ms] { return now_ms; };
    auto ledger = Ledger::open(**store, **slots, credits, options, now_ms);
    if (!ledger) return fail(ledger.error());
    std::vector<Customer> customers;
    for (std::size_t i = 0; i < kOrganizations.size(); ++i) {
        auto customer = change(**accounts, now_ms, [i](Change& change) { return make_customer(change, i); });
        if (!customer) return fail(customer.error());
        const auto granted = (*ledger)->grant({.organization = customer->id, .amount = kCredit}, now_ms);
        if (!granted) return fail(granted.error());
        customers.push_back(std::move(*customer));
    }
    auto index = UsageIndex::open(**store, {.clock_ms = [&now_ms] { return now_ms; }});
    if (!index) return fail(index.error());
    UlidGenerator ids(0);
    Dice dice;
    Texts texts;
    for (std::int64_t i = 0; i < requests; ++i) {
        now_ms = instant_of(i, requests, first_ms, days);
        const double share = dice.share();
        Customer& customer = customers[share < 0.90 ? 0 : share < 0.99 ? 1 : 2];
        if (!write_request(**slots, request_of(dice, ids, customer, now_ms, texts))) {
            return fail(Status(StatusCode::full, "no slot is free"));
        }
        ++customer.requests;
        (*ledger)->flush();
        if (i % 1024 != 0) continue;
        if (Status status = (*index)->catch_up(); !status.ok()) return fail(status);
    }
    (*ledger)->stop();
    if (!(*ledger)->accepting()) return fail(Status(StatusCode::io, (*ledger)->why_read_only()));
    if (Status status = (*index)->catch_up(); !status.ok()) return fail(status);
    if (Status status = (*index)->flush(); !status.ok()) return fail(status);
    std::printf(R"({"root_key":"%s","organizations":[)", root->plaintext.c_str());
    for (const Customer& one : customers) {
        std::printf(R"(%s{"id":"%s","requests":%lld})", &one == customers.data() ? "" : ",", to_uuid(one.id).c_str(),
                    static_cast<long long>(one.requests));
    }
    std::printf("]}\n");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::int64_t requests = argc == 5 ? std::atoll(argv[2]) : 0;
    const std::int64_t days = argc == 5 ? std::atoll(argv[3]) : 0;
    const std::int64_t last_ms = argc == 5 ? std::atoll(argv[4]) : 0;
    if (requests < 1 || days < 1 || last_ms < days * kDayMs) {
        std::fprintf(stderr, "usage: build_company DATA_DIR REQUESTS DAYS LAST_MS\n");
        return 2;
    }
    return build(argv[1], requests, days, last_ms);
}
