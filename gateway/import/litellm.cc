#include "gateway/import/litellm.h"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <charconv>
#include <map>
#include <set>

#include "gateway/import/sql_rows.h"

namespace tollgate {
namespace {

constexpr auto kBudgets = "LiteLLM_BudgetTable", kOrganizations = "LiteLLM_OrganizationTable",
               kTeams = "LiteLLM_TeamTable", kUsers = "LiteLLM_UserTable", kKeys = "LiteLLM_VerificationToken",
               kOrganizationMembers = "LiteLLM_OrganizationMembership";
constexpr std::array<std::string_view, 6> kTables = {kBudgets, kOrganizations, kTeams,
                                                     kUsers,   kKeys,          kOrganizationMembers};
constexpr std::string_view kDashboardTeam = "litellm-dashboard";  // of the keys of sessions in its pages
constexpr std::string_view kNone = "(none)";                      // the id of what belongs to no organization
constexpr std::int64_t kDayS = 86'400;

// "30d", "1mo", "24h" in seconds; 0: it is no duration.
std::int64_t duration_s(std::string_view text) {
    std::int64_t count = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failed != std::errc() || count <= 0 || count > 100'000) return 0;
    const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {{"s", 1},     {"m", 60},        {"h", 3600},
                                                                    {"d", kDayS}, {"w", 7 * kDayS}, {"mo", 30 * kDayS}};
    for (const auto& [name, seconds] : kUnits) {
        if (unit == name) return count * seconds;
    }
    return 0;
}

// The shortest window here that is not shorter; lifetime for what is longer than a month.
LimitReset window_of(std::int64_t seconds) {
    if (seconds <= kDayS) return LimitReset::daily;
    if (seconds <= 7 * kDayS) return LimitReset::weekly;
    return seconds <= 31 * kDayS ? LimitReset::monthly : LimitReset::lifetime;
}

bool is_exact(std::int64_t seconds) {
    return seconds == kDayS || seconds == 7 * kDayS || seconds == 30 * kDayS || seconds == 31 * kDayS;
}

class Planner {
  public:
    Planner(const SqlDump& dump, const ImportOptions& options)
        : dump_(dump),
          options_(options),
          budgets_(dump, kBudgets),
          organizations_(dump, kOrganizations),
          teams_(dump, kTeams),
          users_(dump, kUsers),
          keys_(dump, kKeys),
          members_(dump, kOrganizationMembers) {
        plan_.source = "litellm";
    }

    ImportPlan plan() {
        for (std::size_t row = 0; row < budgets_.size(); ++row) budget_rows_[budgets_.text(row, "budget_id")] = row;
        for (std::size_t row = 0; row < users_.size(); ++row) add_user(row);
        keep_distinct_people(plan_);
        for (std::size_t row = 0; row < organizations_.size(); ++row) add_organization(row);
        for (std::size_t row = 0; row < teams_.size(); ++row) add_team(row);
        for (std::size_t row = 0; row < members_.size(); ++row) add_member(row);
        for (std::size_t row = 0; row < keys_.size(); ++row) add_key(row);
        tidy(plan_);
        leave_rest();
        return std::move(plan_);
    }

  private:
    void warn(std::string text) { plan_.warnings.push_back(std::move(text)); }

    // --- Limits
    // Of a row with limits of its own, or of the budget that it names. What was spent stands in the row itself.
    ImportedLimits limits_of(SqlRows& rows, std::size_t row, const std::string& of_what) {
        ImportedLimits imported = own_limits(rows, row, of_what);
        const auto found = budget_rows_.find(rows.text(row, "budget_id"));
        if (found != budget_rows_.end()) fill(imported, own_limits(budgets_, found->second, of_what));
        if (imported.limits.budget && !spends_anew(rows, row)) {
            imported.spent = rows.usd(row, "spend").value_or(NanoUsd{});
        }
        return imported;
    }
    static void fill(ImportedLimits& imported, const ImportedLimits& budget) {
        Limits& limits = imported.limits;
        if (!limits.budget && budget.limits.budget) {
            limits.budget = budget.limits.budget;
            limits.reset = budget.limits.reset;
        }
        const auto fill_one = [](auto& own, const auto& other) {
            if (!own) own = other;
        };
        fill_one(limits.requests_per_minute, budget.limits.requests_per_minute);
        fill_one(limits.tokens_per_minute, budget.limits.tokens_per_minute);
        fill_one(limits.concurrent_requests, budget.limits.concurrent_requests);
    }
    ImportedLimits own_limits(SqlRows& rows, std::size_t row, const std::string& of_what) {
        ImportedLimits imported;
        Limits& limits = imported.limits;
        limits.budget = rows.usd(row, "max_budget");
        if (!limits.budget && rows.find(row, "max_budget")) warn(of_what + ": its max_budget is no amount");
        limits.requests_per_minute = rate(rows, row, "rpm_limit");
        limits.tokens_per_minute = rate(rows, row, "tpm_limit");
        limits.concurrent_requests = rate(rows, row, "max_parallel_requests");
        const std::string duration = rows.text(row, "budget_duration");
        if (!limits.budget || duration.empty()) return imported;
        const std::int64_t seconds = duration_s(duration);
        if (seconds != 0) limits.reset = window_of(seconds);
        if (!is_exact(seconds)) {
            warn(of_what + ": its budget is for " + duration + " there, and " + std::string(to_string(limits.reset)) +
                 " here");
        }
        return imported;
    }
    static std::optional<std::int64_t> rate(SqlRows& rows, std::size_t row, std::string_view column) {
        const auto number = rows.integer(row, column);
        return number && *number >= 0 && *number <= kMostPerMinute ? number : std::nullopt;
    }
    // Its window is over: it would be set to zero there, too.
    bool spends_anew(SqlRows& rows, std::size_t row) {
        const auto reset = rows.time(row, "budget_reset_at");
        return reset && *reset <= options_.now_ms && !rows.text(row, "budget_duration").empty();
    }

    // --- People
    void add_user(std::size_t row) {
        const std::string id = users_.text(row, "user_id"), email = users_.text(row, "user_email");
        if (users_.text(row, "user_role") == "proxy_admin") {
            plan_.leave("LiteLLM_UserTable.user_role", "proxy_admin: the operator here has the root key");
        }
        plan_.users.push_back(
            {.id = id,
             .email = email,
             .name = importable_name(users_.text(row, "user_alias"), email.substr(0, email.find('@')))});
        plan_.users.back().name = importable_name(plan_.users.back().name, "Imported user");
        user_rows_[id] = row;
    }
    ImportedMember& member(ImportedOrganization& organization, const std::string& user) {
        for (ImportedMember& one : organization.members) {
            if (one.user == user) return one;
        }
        return organization.members.emplace_back(ImportedMember{.user = user});
    }
    void add_member(std::size_t row) {
        ImportedOrganization* const organization = find(members_.text(row, "organization_id"));
        if (organization == nullptr) return;
        ImportedMember& one = member(*organization, members_.text(row, "user_id"));
        if (members_.text(row, "user_role") == "org_admin") one.role = Role::admin;
        one.limits = limits_of(members_, row, "member " + one.user);
    }

    // --- Organizations and teams
    ImportedOrganization* find(const std::string& id) {
        const auto found = std::ranges::find(plan_.organizations, id, &ImportedOrganization::id);
        return found == plan_.organizations.end() ? nullptr : &*found;
    }
    ImportedOrganization& organization_or_none(const std::string& id) {
        if (ImportedOrganization* const found = find(id.empty() ? std::string(kNone) : id)) return *found;
        if (!id.empty()) warn("organization " + id + " is named, but not in the dump");
        if (ImportedOrganization* const none = find(std::string(kNone))) return *none;
        return plan_.organizations.emplace_back(
            ImportedOrganization{.id = std::string(kNone), .name = options_.organization, .credit = options_.credit});
    }
    void add_organization(std::size_t row) {
        const std::string id = organizations_.text(row, "organization_id");
        ImportedOrganization one{.id = id};
        one.name = importable_name(organizations_.text(row, "organization_alias"), "Imported organization");
        one.limits = limits_of(organizations_, row, "organization " + id);
        one.credit = options_.credit;
        models_[id] = models_of(organizations_, row);
        plan_.organizations.push_back(std::move(one));
    }
    void add_team(std::size_t row) {
        const std::string id = teams_.text(row, "team_id");
        ImportedOrganization& organization = organization_or_none(teams_.text(row, "organization_id"));
        ImportedProject project{.id = id};
        project.name = importable_name(teams_.text(row, "team_alias"), "Imported team");
        project.limits = limits_of(teams_, row, "team " + id);
        organization.projects.push_back(std::move(project));
        organization_of_team_[id] = organization.id;
        if (teams_.flag(row, "blocked")) blocked_.insert(id);
        models_[id] = models_of(teams_, row);
        boost::system::error_code failed;
        const auto people = boost::json::parse(teams_.text(row, "members_with_roles"), failed);
        if (failed || !people.is_array()) return;
        for (const auto& person : people.as_array()) add_team_member(organization, person);
    }
    void add_team_member(ImportedOrganization& organization, const boost::json::value& person) {
        const auto* const object = person.if_object();
        const auto* const id = object == nullptr ? nullptr : object->if_contains("user_id");
        if (id == nullptr || !id->is_string()) return;
        member(organization, std::string(id->as_string()));
        const auto* const role = object->if_contains("role");
        if (role != nullptr && role->is_string() && role->as_string() == "admin") {
            plan_.leave("LiteLLM_TeamTable.members_with_roles", "admins of a team are members of the organization");
        }
    }

    // --- Keys
    // None, a star and words such as all-team-models leave it to the others.
    static ImportedModels models_of(SqlRows& rows, std::size_t row) {
        const auto models = parse_sql_array(rows.text(row, "models"));
        const auto is_all = [](const std::string& one) {
            return one == "all-team-models" || one == "all-proxy-models" || one == "*";
        };
        if (!models || models->empty() || std::ranges::any_of(*models, is_all)) return std::nullopt;
        return *models;
    }
    ImportedModels models_of(const std::string& team_or_organization) const {
        const auto found = models_.find(team_or_organization);
        return found == models_.end() ? std::nullopt : found->second;
    }
    static KeyDigest digest_of(const std::string& token) {
        const auto digest = parse_key_digest(token);
        return digest ? *digest : digest_key(token);  // very old rows have the key itself
    }
    void add_key(std::size_t row) {
        const std::string team = keys_.text(row, "team_id"), user = keys_.text(row, "user_id");
        const std::string alias = keys_.text(row, "key_alias"), shown = keys_.text(row, "key_name");
        const std::string what = "key " + (alias.empty() ? shown : alias);
        const std::int64_t expires_ms = keys_.time(row, "expires").value_or(0);
        if (team == kDashboardTeam) return plan_.leave("LiteLLM_VerificationToken", "of a session in its pages");
        if (expires_ms != 0 && expires_ms <= options_.now_ms) {
            return plan_.leave("LiteLLM_VerificationToken", "has expired");
        }
        const auto of_team = organization_of_team_.find(team);
        const bool has_team = of_team != organization_of_team_.end();
        if (!team.empty() && !has_team) warn(what + ": its team " + team + " is not in the dump");
        ImportedOrganization& organization =
            organization_or_none(has_team ? realm(of_team->second) : keys_.text(row, "organization_id"));
        ImportedKey key{.digest = digest_of(keys_.text(row, "token"))};
        key.name = importable_name(alias.empty() ? shown : alias, "Imported key");
        key.last = shown;
        key.project = has_team ? team : std::string();
        key.user = user;
        key.expires_ms = expires_ms;
        key.limits = limits_of(keys_, row, what);
        key.disabled = keys_.flag(row, "blocked") || blocked_.contains(team);
        ImportedModels models = both(models_of(keys_, row), both(models_of(team), models_of(organization.id)));
        const auto maker = user_rows_.find(user);
        if (!has_team && maker != user_rows_.end()) models = both(models, models_of(users_, maker->second));
        if (!allow_models(key, models)) widen(key);
        if (!user.empty()) add_maker(organization, user, has_team);
        organization.keys.push_back(std::move(key));
    }
    static std::string realm(const std::string& id) { return id == kNone ? std::string() : id; }
    void widen(ImportedKey& key) {
        key.disabled = key.disabled || !options_.accept_wider;
        plan_.leave("models of keys, teams and organizations",
                    std::string("patterns, more than 100 models, or none: these keys ") +
                        (options_.accept_wider ? "may call every model here"
                                               : "come disabled, as they could call every model"));
    }
    // A person's budget is for the keys of no team.
    void add_maker(ImportedOrganization& organization, const std::string& user, bool has_team) {
        ImportedMember& maker = member(organization, user);
        const auto found = user_rows_.find(user);
        if (has_team || found == user_rows_.end() || maker.limits != ImportedLimits{}) return;
        maker.limits = limits_of(users_, found->second, "user " + user);
        with_budget_.insert(user);
    }

    // --- What stays behind
    void leave_rest() {
        for (const auto& [user, row] : user_rows_) {
            const bool lost = users_.find(row, "max_budget") && !with_budget_.contains(user);
            if (lost) plan_.leave("LiteLLM_UserTable.max_budget", "of people without keys of their own");
        }
        for (SqlRows* const rows : {&budgets_, &organizations_, &teams_, &users_, &keys_, &members_}) {
            rows->pass_over({"created_at", "created_by", "updated_at", "updated_by", "last_active", "spend", "models"});
            if (rows->size() > 0) read_limits(*rows);
        }
        teams_.pass_over({"members", "admins"});  // members_with_roles has them
        users_.pass_over({"teams"});
        for (SqlRows* const rows : {&budgets_, &organizations_, &teams_, &users_, &keys_, &members_}) {
            rows->leave_unread(plan_);
        }
        leave_unknown_tables(dump_, {kTables.begin(), kTables.end()}, plan_);
    }
    static void read_limits(SqlRows& rows) {
        rows.pass_over({"max_budget", "budget_duration", "budget_reset_at", "budget_id", "rpm_limit", "tpm_limit",
                        "max_parallel_requests"});
    }

    const SqlDump& dump_;
    const ImportOptions& options_;
    SqlRows budgets_, organizations_, teams_, users_, keys_, members_;
    ImportPlan plan_;
    std::map<std::string, std::size_t> budget_rows_, user_rows_;
    std::map<std::string, std::string> organization_of_team_;
    std::map<std::string, ImportedModels> models_;  // of teams and organizations
    std::set<std::string> blocked_;                 // teams
    std::set<std::string> with_budget_;             // people whose budget is kept
};

}  // namespace

bool is_litellm_table(std::string_view table) { return std::ranges::find(kTables, table) != kTables.end(); }

ImportPlan plan_of_litellm(const SqlDump& dump, const ImportOptions& options) { return Planner(dump, options).plan(); }

}  // namespace tollgate
