// Policies at random against endpoints at random: what comes out is what a naive reading of the rules lets through, and
// what is said of the rest is true.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "gateway/routing/mix_bits.h"
#include "gateway/routing/plan.h"

namespace tollgate {
namespace {

const std::vector<std::string> kProviders = {"alpha", "beta", "gamma", "delta"};
const std::vector<std::string> kPrecisions = {"", "fp8", "mxfp8", "fp4", "nvfp4", "bf16"};

std::int64_t of_million(std::int64_t cents) { return cents * 10'000; }  // pico-USD a token

class World {
  public:
    explicit World(std::uint64_t seed) : random_(seed), providers_(kProviders.size()) {
        for (std::size_t i = 0; i < kProviders.size(); ++i) {
            providers_[i].name = kProviders[i];
            providers_[i].collects_data = one_in(2);
            providers_[i].zero_data_retention = one_in(2);
        }
        model_.id = "maker/model";
        other_.id = "maker/other";
        for (std::size_t i = 0; i < 2 + random_() % 6; ++i) add(model_, "up-" + std::to_string(i));
        for (std::size_t i = 0; i < 1 + random_() % 2; ++i) add(other_, "other-" + std::to_string(i));
        const std::string yaml = yaml_of({model_, other_});
        auto prices = PriceList::parse(yaml, "models.yaml");
        EXPECT_TRUE(prices) << (prices ? "" : prices.error().message()) << yaml;
        prices_ = prices.value();
        catalogue_.emplace(prices_, providers_);
    }

    bool one_in(std::uint64_t count) { return random_() % count == 0; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[random_() % from.size()];
    }
    std::vector<std::string> some(const std::vector<std::string>& from) {
        std::set<std::string> chosen;
        for (std::size_t i = 0; i < 1 + random_() % 3; ++i) chosen.insert(pick(from));
        return {chosen.begin(), chosen.end()};
    }
    ProviderPreferences preferences() {
        ProviderPreferences some_of;
        if (one_in(4)) some_of.only = some(kProviders);
        if (one_in(4)) some_of.ignore = some(kProviders);
        if (one_in(4)) some_of.quantizations = some({"fp8", "fp4", "bf16", "unknown", "nvfp4"});
        if (one_in(4)) some_of.max_price.prompt = NanoUsd{static_cast<std::int64_t>(random_() % 100) * 10'000'000};
        if (one_in(4)) some_of.max_price.completion = NanoUsd{static_cast<std::int64_t>(random_() % 100) * 10'000'000};
        if (one_in(4)) some_of.data_collection = one_in(2) ? DataCollection::deny : DataCollection::allow;
        if (one_in(4)) some_of.zdr = one_in(2);
        if (one_in(4)) some_of.require_parameters = one_in(2);
        if (one_in(3)) some_of.order = some(kProviders);
        if (one_in(4)) some_of.allow_fallbacks = one_in(2);
        if (one_in(4)) some_of.sort = ProviderSort{.by = static_cast<ProviderSortBy>(random_() % 4)};
        return some_of;
    }
    std::uint64_t draw() { return random_(); }
    const Catalogue& catalogue() const { return *catalogue_; }

  private:
    void add(Model& model, const std::string& name) {
        Endpoint endpoint;
        endpoint.provider = pick(kProviders);
        endpoint.upstream_model = name;
        endpoint.prices.prompt = of_million(static_cast<std::int64_t>(random_() % 100));
        endpoint.prices.completion = of_million(static_cast<std::int64_t>(random_() % 100));
        endpoint.quantization = pick(kPrecisions);
        if (one_in(2)) endpoint.supported_parameters = one_in(2) ? some({"tools", "seed"}) : some({"tools", "top_k"});
        model.endpoints.push_back(endpoint);
    }
    static std::string decimal(std::int64_t pico) {
        const std::string cents = std::to_string(pico / 10'000);
        return "0." + std::string(cents.size() < 2 ? 1 : 0, '0') + cents;
    }
    static std::string yaml_of(const std::vector<Model>& models) {
        std::string text = "version: \"1\"\nmodels:\n";
        for (const Model& model : models) {
            text += "  - id: " + model.id + "\n    endpoints:\n";
            for (const Endpoint& one : model.endpoints) {
                std::string parameters;
                for (const std::string& name : one.supported_parameters) parameters += name + ", ";
                text += "      - {id: " + one.provider + "/" + one.upstream_model + ", provider: " + one.provider +
                        ", model: " + one.upstream_model;
                if (!one.quantization.empty()) text += ", quantization: " + one.quantization;
                if (!parameters.empty()) text += ", supported_parameters: [" + parameters + "]";
                text += ", prices: {prompt: \"" + decimal(one.prices.prompt) + "\", completion: \"" +
                        decimal(one.prices.completion) + "\"}}\n";
            }
        }
        return text;
    }

    std::mt19937_64 random_;
    std::vector<Provider> providers_;
    Model model_, other_;
    std::shared_ptr<const PriceList> prices_;
    std::optional<Catalogue> catalogue_;
};

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

// What the documentation says, one sentence after another.
bool naive_allows(const ProviderPreferences& by, const CatalogueEndpoint& one, const std::vector<std::string>& sent) {
    const std::string& provider = one.provider->name;
    const Endpoint& endpoint = *one.endpoint;
    if (!by.only.empty() && !has(by.only, provider)) return false;
    if (has(by.ignore, provider)) return false;
    if (by.allow_fallbacks == false && !by.order.empty() && !has(by.order, provider)) return false;
    if (by.max_price.prompt && endpoint.prices.prompt * 1000 > by.max_price.prompt->value) return false;
    if (by.max_price.completion && endpoint.prices.completion * 1000 > by.max_price.completion->value) return false;
    if (by.data_collection == DataCollection::deny && one.provider->collects_data) return false;
    if (by.zdr == true && !one.provider->zero_data_retention) return false;
    if (!by.quantizations.empty()) {
        std::string precision = endpoint.quantization.empty() ? "unknown" : endpoint.quantization;
        bool found = has(by.quantizations, precision);
        if (precision == "mxfp8") found = found || has(by.quantizations, "fp8");
        if (precision == "nvfp4" || precision == "mxfp4") found = found || has(by.quantizations, "fp4");
        if (!found) return false;
    }
    if (by.require_parameters == true && !endpoint.supported_parameters.empty()) {
        for (const std::string& name : sent) {
            if (!has(endpoint.supported_parameters, name)) return false;
        }
    }
    return true;
}

struct Recorder final : PlanTrace {
    void removed(const CatalogueEndpoint& endpoint, const Removal& removal) override { removals[&endpoint] = removal; }
    void unknown_model(std::string_view) override {}
    void placed(const CatalogueEndpoint& endpoint, const RankedEndpoint& place, bool tried) override {
        if (tried) placed_at[&endpoint] = place;
    }
    std::map<const CatalogueEndpoint*, Removal> removals;
    std::map<const CatalogueEndpoint*, RankedEndpoint> placed_at;
};

// A request of one random policy for each level.
struct Request {
    explicit Request(World& world) : world_(world), preset(world.preferences()), request(world.preferences()) {
        if (world.one_in(2)) policy.provider = share(world.preferences());
        if (world.one_in(3)) policy.privacy.zdr = true;
        if (world.one_in(3)) policy.privacy.data_collection = DataCollection::deny;
        if (world.one_in(3)) key.deny_providers = world.some(kProviders);
        if (world.one_in(4)) key.allow_models = {"maker/model"};
        if (world.one_in(2)) fallbacks = {"maker/other"};
        std::string members;
        for (const std::string& name : {std::string("tools"), std::string("seed"), std::string("top_k")}) {
            if (!world.one_in(3)) continue;
            sent.push_back(name);
            members += ",\"" + name + "\":1";
        }
        text = R"({"model":"maker/model")" + members + "}";
        JsonMembers walk(text, 0);
        while (const auto member = walk.next()) body.members.push_back(*member);
        draw = world.draw();
    }

    Outcome<Plan> plan(PlanTrace* trace = nullptr) const {
        const ChosenModel chosen{.model = "maker/model", .provider = {}, .level = LlmLevel::request};
        return make_plan(
            world_.catalogue(), {.organization = policy, .key = &key, .preset = &preset, .request = &request},
            {.chosen = chosen, .body = body, .text = text, .fallbacks = fallbacks, .draw = draw}, {}, trace);
    }
    bool naive(const CatalogueEndpoint& one) const {
        if (one.model->id == "maker/other" && fallbacks.empty()) return false;
        if (has(key.deny_providers, one.provider->name)) return false;
        if (!key.allow_models.empty() && !has(key.allow_models, one.model->id)) return false;
        if (policy.privacy.zdr && !one.provider->zero_data_retention) return false;
        if (policy.privacy.data_collection == DataCollection::deny && one.provider->collects_data) return false;
        return (policy.provider == nullptr || naive_allows(*policy.provider, one, sent)) &&
               naive_allows(preset, one, sent) && naive_allows(request, one, sent);
    }
    bool keeps_to_the_first() const {
        const auto does = [](const ProviderPreferences& one) {
            return one.allow_fallbacks == false && one.order.empty();
        };
        return (policy.provider != nullptr && does(*policy.provider)) || does(preset) || does(request);
    }

    World& world_;
    OrganizationPolicy policy;
    KeyRules key;
    ProviderPreferences preset, request;
    std::vector<std::string> fallbacks, sent;
    std::string text;
    BodyFacts body;
    std::uint64_t draw = 0;
};

TEST(PlanPolicy, LetsThroughWhatANaiveReadingDoesAndNothingElse) {
    int plans = 0, errors = 0, removed = 0;
    for (std::uint64_t seed = 1; seed <= 5000; ++seed) {
        World world(seed);
        const Request request(world);
        std::set<const CatalogueEndpoint*> expected;
        for (const CatalogueEndpoint& one : world.catalogue().endpoints()) {
            if (request.naive(one)) expected.insert(&one);
        }
        const auto plan = request.plan();
        ASSERT_EQ(plan.has_value(), !expected.empty()) << seed;
        if (!plan) {
            ++errors;
            const ErrorKind kind = plan.error().kind();
            EXPECT_TRUE(kind == ErrorKind::key_rule_denied || kind == ErrorKind::no_allowed_provider) << seed;
            continue;
        }
        ++plans;
        std::set<const CatalogueEndpoint*> tried(plan->endpoints().begin(), plan->endpoints().end());
        EXPECT_EQ(tried.size(), plan->size()) << "none twice";
        for (const CatalogueEndpoint* const one : tried) {
            EXPECT_TRUE(expected.contains(one)) << seed << ": " << one->provider->name;
        }
        if (!request.keeps_to_the_first() && expected.size() <= kMostCandidates) EXPECT_EQ(tried, expected) << seed;
        if (request.keeps_to_the_first()) {
            std::set<const Model*> models;
            for (const CatalogueEndpoint* const one : tried) EXPECT_TRUE(models.insert(one->model).second) << seed;
        }
        removed += static_cast<int>(world.catalogue().endpoints().size() - expected.size());
    }
    EXPECT_GT(plans, 500);
    EXPECT_GT(errors, 500);
    EXPECT_GT(removed, 500);
}

// Takes back what the explanation says removed an endpoint.
void take_back(Request& request, const Removal& removal) {
    ProviderPreferences organization = request.policy.provider ? *request.policy.provider : ProviderPreferences();
    ProviderPreferences* const of = removal.level == "request"  ? &request.request
                                    : removal.level == "preset" ? &request.preset
                                                                : &organization;
    if (removal.level == "key") {
        if (removal.rule == "deny_providers") request.key.deny_providers.clear();
        if (removal.rule == "allow_models") request.key.allow_models.clear();
        return;
    }
    if (removal.rule == "only") of->only.clear();
    if (removal.rule == "ignore") of->ignore.clear();
    if (removal.rule == "max_price") of->max_price = {};
    if (removal.rule == "quantizations") of->quantizations.clear();
    if (removal.rule == "require_parameters") of->require_parameters.reset();
    if (removal.rule == "allow_fallbacks") of->allow_fallbacks.reset();
    if (removal.rule == "data_collection") of->data_collection.reset();
    if (removal.rule == "zdr") of->zdr.reset();
    if (removal.level == "organization") {
        if (removal.rule == "zdr") request.policy.privacy.zdr = false;
        if (removal.rule == "data_collection") request.policy.privacy.data_collection = DataCollection::allow;
        request.policy.provider = share(organization);
    }
}

// The reason is true: without it the endpoint is removed for another one or not at all, until none is left and it is
// tried; and no endpoint that nothing removes is said to be.
TEST(PlanPolicy, EachReasonThatIsToldIsTheOneThatRemoves) {
    int taken_back = 0;
    for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
        World world(seed);
        const Request asked(world);
        Recorder recorder;
        (void)asked.plan(&recorder);
        for (const auto& [endpoint, first] : recorder.removals) {
            Request request = asked;
            EXPECT_FALSE(request.naive(*endpoint)) << seed;
            Removal removal = first;
            std::set<std::string> seen;
            for (int i = 0; i < 32; ++i) {
                const std::string name = std::string(removal.level) + " " + std::string(removal.rule);
                ASSERT_TRUE(seen.insert(name).second) << seed << ": " << name << " was taken back and still removes";
                take_back(request, removal);
                ++taken_back;
                Recorder again;
                (void)request.plan(&again);
                const auto still = again.removals.find(endpoint);
                if (still == again.removals.end()) break;
                removal = still->second;
            }
            EXPECT_TRUE(request.naive(*endpoint)) << seed << ": everything was taken back";
        }
    }
    EXPECT_GT(taken_back, 3000);
}

TEST(PlanPolicy, AnExplanationChangesNoPlan) {
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        World world(seed);
        const Request request(world);
        Recorder recorder;
        const auto plain = request.plan(), explained = request.plan(&recorder);
        ASSERT_EQ(plain.has_value(), explained.has_value());
        if (!plain) continue;
        ASSERT_EQ(plain->size(), explained->size());
        for (std::size_t i = 0; i < plain->size(); ++i) EXPECT_EQ((*plain)[i].endpoint, (*explained)[i].endpoint);
        EXPECT_EQ(recorder.placed_at.size(), plain->size());
    }
}

}  // namespace
}  // namespace tollgate
