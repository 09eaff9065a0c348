#include "gateway/import/one_api.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "gateway/import/sql_rows.h"

namespace tollgate {
namespace {

constexpr auto kUsers = "users", kTokens = "tokens", kOptions = "options";
constexpr std::array<std::string_view, 3> kTables = {kUsers, kTokens, kOptions};
constexpr std::string_view kKeyPrefix = "sk-";  // which clients send, and the table leaves out
constexpr std::int64_t kUsualQuotaPerUsd = 500'000;
constexpr std::int64_t kMostQuotaPerUsd = 1'000'000'000;

// As its constants name the states of users and of tokens.
constexpr std::int64_t kEnabled = 1, kExpired = 3, kUsedUp = 4;

class Planner {
  public:
    Planner(const SqlDump& dump, const ImportOptions& options)
        : dump_(dump), options_(options), users_(dump, kUsers), tokens_(dump, kTokens), settings_(dump, kOptions) {
        plan_.source = "one-api";
    }

    ImportPlan plan() {
        read_settings();
        for (std::size_t row = 0; row < users_.size(); ++row) add_user(row);
        keep_distinct_people(plan_);
        for (const ImportedUser& user : plan_.users) plan_.organizations[places_.at(user.id)].owner = user.id;
        for (std::size_t row = 0; row < tokens_.size(); ++row) add_key(row);
        tidy(plan_);
        users_.pass_over({"password", "used_quota", "request_count", "created_time", "access_token", "aff_code"});
        tokens_.pass_over({"id", "created_time", "accessed_time"});
        users_.leave_unread(plan_);
        tokens_.leave_unread(plan_);
        leave_unknown_tables(dump_, {kTables.begin(), kTables.end()}, plan_);
        return std::move(plan_);
    }

  private:
    void read_settings() {
        for (std::size_t row = 0; row < settings_.size(); ++row) {
            if (settings_.text(row, "key") != "QuotaPerUnit") continue;
            const auto usd = settings_.usd(row, "value");  // written as a float
            const std::int64_t quota = usd ? usd->value / kNanoPerUsd : 0;
            if (quota > 0 && quota <= kMostQuotaPerUsd) {
                quota_per_usd_ = quota;
            } else {
                plan_.warnings.emplace_back("options: QuotaPerUnit is no whole number; 500000 is taken");
            }
        }
    }
    // Quota in USD, rounded down; nullopt: there is none such.
    std::optional<NanoUsd> usd_of(std::optional<std::int64_t> quota) const {
        if (!quota || *quota < 0) return std::nullopt;
        const auto nano = static_cast<NanoUsdSum>(*quota) * kNanoPerUsd / quota_per_usd_;
        if (nano > kMostAmount.value) return std::nullopt;
        return NanoUsd{static_cast<std::int64_t>(nano)};
    }
    static bool is_deleted(SqlRows& rows, std::size_t row) { return !rows.text(row, "deleted_at").empty(); }

    void add_user(std::size_t row) {
        const std::string id = users_.text(row, "id"), shown = users_.text(row, "display_name");
        const std::int64_t status = users_.integer(row, "status").value_or(kEnabled);
        if (is_deleted(users_, row)) return plan_.leave("users", "deleted there");
        const std::string name = importable_name(shown, importable_name(users_.text(row, "username"), "Imported user"));
        if (users_.integer(row, "role").value_or(1) > 1) {
            plan_.leave("users.role", "admins: the operator here has the root key");
        }
        plan_.users.push_back(
            {.id = id, .email = users_.text(row, "email"), .name = name, .suspended = status != kEnabled});
        ImportedOrganization organization{.id = id, .name = name};
        const auto credit = usd_of(users_.integer(row, "quota"));
        if (!credit) plan_.warnings.push_back("user " + id + ": its quota is no amount that can be kept");
        organization.credit = credit.value_or(NanoUsd{});
        places_[id] = plan_.organizations.size();
        if (status != kEnabled) suspended_.insert(id);
        plan_.organizations.push_back(std::move(organization));
    }

    void add_key(std::size_t row) {
        const std::string user = tokens_.text(row, "user_id"), text = tokens_.text(row, "key");
        const std::int64_t status = tokens_.integer(row, "status").value_or(kEnabled);
        const std::int64_t expires_s = tokens_.integer(row, "expired_time").value_or(-1);
        const auto place = places_.find(user);
        if (is_deleted(tokens_, row)) return plan_.leave("tokens", "deleted there");
        if (place == places_.end()) return plan_.leave("tokens", "their user is not carried over");
        const bool is_over = expires_s > 0 && expires_s * 1000 <= options_.now_ms;
        if (status == kExpired || is_over) return plan_.leave("tokens", "have expired");
        if (text.empty()) return plan_.leave("tokens", "without a key");
        ImportedKey key{.digest = digest_key(text.starts_with(kKeyPrefix) ? text : std::string(kKeyPrefix) + text)};
        key.name = importable_name(tokens_.text(row, "name"), "Imported key");
        key.last = text;
        key.user = user;
        key.expires_ms = expires_s > 0 ? expires_s * 1000 : 0;
        // One that is used up stays enabled: its limit says so, and more may be given.
        key.disabled = (status != kEnabled && status != kUsedUp) || suspended_.contains(user);
        set_limit(key, row);
        const bool by_address = !tokens_.text(row, "subnet").empty() || !tokens_.text(row, "allow_ips").empty();
        if (!allow_models(key, models_of(row)) || by_address) widen(key);
        plan_.organizations[place->second].keys.push_back(std::move(key));
    }
    // There a key has what is left; here a limit, and what is spent of it.
    void set_limit(ImportedKey& key, std::size_t row) {
        const NanoUsd spent = usd_of(tokens_.integer(row, "used_quota")).value_or(NanoUsd{});
        const std::int64_t left = std::max<std::int64_t>(tokens_.integer(row, "remain_quota").value_or(0), 0);
        if (tokens_.flag(row, "unlimited_quota")) return;
        const auto rest = usd_of(left);
        if (!rest) plan_.warnings.push_back("key " + key.name + ": its quota is no amount that can be kept");
        key.limits.limits.budget = rest.value_or(NanoUsd{}) + spent;
        key.limits.spent = spent;
    }
    // Lists with commas: one-api's `models`, and new-api's `model_limits`, which hold where they are switched on.
    ImportedModels models_of(std::size_t row) {
        const std::string limits = tokens_.text(row, "model_limits");
        const bool limited = tokens_.flag(row, "model_limits_enabled");
        const std::string one_apis = tokens_.text(row, "models");
        return both(one_apis.empty() ? std::nullopt : ImportedModels(names_of(one_apis)),
                    limited ? ImportedModels(names_of(limits)) : std::nullopt);
    }
    static std::vector<std::string> names_of(std::string_view list) {
        std::vector<std::string> names;
        while (!list.empty()) {
            const std::string_view name = list.substr(0, list.find(','));
            list.remove_prefix(std::min(list.size(), name.size() + 1));
            if (!name.empty()) names.emplace_back(name);
        }
        return names;
    }
    void widen(ImportedKey& key) {
        key.disabled = key.disabled || !options_.accept_wider;
        plan_.leave("addresses of tokens, and models that no rule can name",
                    options_.accept_wider ? "these keys may do more here"
                                          : "these keys come disabled, as they could do more here");
    }

    const SqlDump& dump_;
    const ImportOptions& options_;
    SqlRows users_, tokens_, settings_;
    ImportPlan plan_;
    std::map<std::string, std::size_t> places_;  // of organizations, by the user's id
    std::set<std::string> suspended_;
    std::int64_t quota_per_usd_ = kUsualQuotaPerUsd;
};

}  // namespace

bool is_one_api_table(std::string_view table) { return std::ranges::find(kTables, table) != kTables.end(); }

ImportPlan plan_of_one_api(const SqlDump& dump, const ImportOptions& options) { return Planner(dump, options).plan(); }

}  // namespace tollgate
