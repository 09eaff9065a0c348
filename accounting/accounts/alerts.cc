#include "accounting/accounts/alerts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"
#include "accounting/accounts/outbox.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::int64_t kWhollySpentPercent = 100;
constexpr std::string_view kBalance = "balance";
constexpr std::string_view kRefused = " It refused a request, which needed more than is left.";

// What was said, or is to be: the percentage (of a balance: 100), in which window of the budget.
struct Said {
    std::int64_t percent = 0;
    std::int64_t window_end_ms = 0;  // 0: it has no end
    std::int64_t budget_nano = 0;    // of a balance: 0
    bool operator==(const Said&) const = default;
};

// By what it is about: "balance", "key/<hash>".
using AllSaid = std::map<std::string, Said>;
using SaidByOrganization = std::map<Id128, AllSaid>;

struct Alert {
    std::string about;
    Said said;
    std::string line;
    Id128 member = {};  // is told, too; nil: nobody in particular
};

template <class SaidOf, class Fields>
void fields_of(SaidOf& said, Fields& fields) {
    fields.number("percent", said.percent);
    fields.number("window_end_ms", said.window_end_ms);
    fields.number("budget_nano", said.budget_nano);
}

std::string document_of(const Said& said) {
    DocumentWriter writer;
    fields_of(said, writer);
    return writer.take();
}

Result<SaidByOrganization> read_said(Store& store) {
    SaidByOrganization all;
    Status wrong;
    DocumentReader reader;
    const auto add = [&](std::string_view document, std::string_view text) {
        Said said;
        reader.open(document, text);
        const std::string_view names = reader.id_part(kAlertDocumentPrefix);
        const std::size_t slash = names.find('/');
        const auto organization = parse_uuid(names.substr(0, slash));
        if (!organization || slash == std::string_view::npos) reader.fail("its key names no organization");
        fields_of(said, reader);
        wrong = reader.status();
        if (wrong.ok()) all[*organization][std::string(names.substr(slash + 1))] = said;
        return wrong.ok();
    };
    Status scanned = store.scan(Family::accounts, kAlertDocumentPrefix, prefix_end(kAlertDocumentPrefix), add);
    if (scanned.ok()) scanned = wrong;
    if (!scanned.ok()) return std::unexpected(std::move(scanned));
    return all;
}

std::string window_name(LimitReset reset) {
    switch (reset) {
        case LimitReset::lifetime:
            return "";
        case LimitReset::daily:
            return " a day";
        case LimitReset::weekly:
            return " a week";
        case LimitReset::monthly:
            return " a month";
    }
    return "";
}

// What stands about one organization now.
class Looker {
  public:
    Looker(const Directory& directory, CreditTable& credits, const Organization& organization, std::int64_t now_ms)
        : directory_(directory), credits_(credits), organization_(organization), now_ms_(now_ms) {}

    std::vector<Alert> look() {
        if (organization_.policy.low_balance) add_balance(*organization_.policy.low_balance);
        if (organization_.policy.budget_alerts) add_budgets();
        return std::move(alerts_);
    }

  private:
    void add_balance(NanoUsd least) {
        const NanoUsd balance = organization_.credit->snapshot().balance();
        if (balance >= least) return;
        alerts_.push_back({.about = std::string(kBalance),
                           .said = {.percent = kWhollySpentPercent},
                           .line = "The balance is " + to_usd(balance) + " USD. You asked to be told below " +
                                   to_usd(least) + " USD."});
    }
    void add_budgets() {
        const Id128& id = organization_.id;
        add("organization", "The organization", organization_.limits, {},
            [&] { return &organization_.credit->spender(); });
        for (const Project* const project : directory_.projects_of(id)) {
            if (project->archived()) continue;
            add("project/" + to_uuid(project->id), "Project \"" + project->name + "\"", project->limits, {},
                [&] { return credits_.find_project(project->id); });
        }
        for (const Membership* const member : directory_.members_of(id)) {
            const User* const user = directory_.find_user(member->user);
            add("member/" + to_uuid(member->user), "Member " + (user == nullptr ? std::string() : user->name),
                member->limits, member->user, [&] { return &credits_.member(id, member->user); });
        }
        for (const KeyRecord* const key : directory_.keys_of(id)) {
            if (key->disabled != Disabled::no || !Limits(key->limits).budget) continue;
            add("key/" + to_hex(key->digest), "Key \"" + key->name + "\"", key->limits, key->creator,
                [&] { return credits_.find_key(id, key->digest); });
        }
    }
    // `find` gives where it is counted, or nullptr: nothing was spent.
    template <class Find>
    void add(std::string about, const std::string& whose, const Limits& limits, const Id128& member, const Find& find) {
        if (!limits.budget) return;
        const Spender* const spender = find();
        if (spender == nullptr) return;
        const Spender state = organization_.credit->state_of(*spender, 0);
        const NanoUsd spent = state.charged_in(limits.reset, windows_at(now_ms_));
        const std::int64_t window_end = window_end_ms(limits.reset, now_ms_);
        const bool refused = state.used_up_ms != 0 && window_end_ms(limits.reset, state.used_up_ms) == window_end;
        // Nothing can be spent of 0: it is told of when it refuses.
        const std::int64_t whole = limits.budget->value;
        if (whole == 0 && !refused) return;
        const auto percent = whole == 0 ? kWhollySpentPercent
                                        : static_cast<std::int64_t>(static_cast<NanoUsdSum>(spent.value) * 100 / whole);
        if (percent < kNearlySpentPercent && !refused) return;
        const bool wholly = percent >= kWhollySpentPercent || (refused && percent >= kNearlySpentPercent);
        alerts_.push_back({.about = std::move(about),
                           .said = {.percent = wholly ? kWhollySpentPercent : kNearlySpentPercent,
                                    .window_end_ms = window_end,
                                    .budget_nano = whole},
                           .line = whose + " has spent " + to_usd(spent) + " USD of " + to_usd(*limits.budget) +
                                   " USD" + window_name(limits.reset) + ": " + std::to_string(percent) + " %." +
                                   (refused ? std::string(kRefused) : std::string()),
                           .member = member});
    }

    const Directory& directory_;
    CreditTable& credits_;
    const Organization& organization_;
    const std::int64_t now_ms_;
    std::vector<Alert> alerts_;
};

bool is_news(const Alert& alert, const AllSaid& said) {
    const auto before = said.find(alert.about);
    return before == said.end() || before->second.window_end_ms != alert.said.window_end_ms ||
           before->second.percent < alert.said.percent;
}

// Of the same budget in the same window what was said stays said: that it refused a request is not known after a
// restart.
Said standing_said(const Alert& alert, const AllSaid& said) {
    Said stands = alert.said;
    const auto before = said.find(alert.about);
    if (before == said.end()) return stands;
    const bool same =
        before->second.window_end_ms == stands.window_end_ms && before->second.budget_nano == stands.budget_nano;
    if (same) stands.percent = std::max(stands.percent, before->second.percent);
    return stands;
}

// Lines by address.
using Letters = std::map<std::string, std::string>;

void add_line(const std::string& address, const std::string& line, Letters& letters) {
    if (!letters.contains(address) && letters.size() == kMostAlertReceivers) return;
    constexpr std::string_view kMore = "There is more of this kind.\n";
    std::string& text = letters[address];
    if (text.ends_with(kMore)) return;
    const bool fits = text.size() + line.size() + 1 + kMore.size() <= kMaxMailTextBytes;
    text.append(fits ? line : kMore.substr(0, kMore.size() - 1)).append("\n");
}

Letters letters_of(const Directory& directory, const Organization& organization, const std::vector<Alert>& news) {
    Letters letters;
    for (const Membership* const member : directory.members_of(organization.id)) {
        const User* const user = directory.find_user(member->user);
        if (!user->verified() || !may_act(directory, *member)) continue;
        const bool runs_it = member->role >= Role::admin;
        for (const Alert& alert : news) {
            if (runs_it || alert.member == member->user) add_line(user->email, alert.line, letters);
        }
    }
    const std::string given = billing_of(organization).contact_email;
    const auto contact = normal_email("contact_email", given);
    if (given.empty() || !contact || letters.contains(*contact)) return letters;
    for (const Alert& alert : news) {
        if (alert.about == kBalance) add_line(*contact, alert.line, letters);
    }
    return letters;
}

// Whether somebody is told.
Result<bool> queue(Change& change, const Organization& organization, const std::vector<Alert>& news) {
    bool told = false;
    for (const auto& [address, text] : letters_of(change.directory(), organization, news)) {
        const Status queued = queue_mail(change, {.kind = MailKind::alert,
                                                  .to = address,
                                                  .text = text,
                                                  .subject = make_uuid7(change.now_ms()),
                                                  .organization = organization.id});
        if (!queued.ok() && queued.code() != StatusCode::full) return std::unexpected(queued);
        told = told || queued.ok();
    }
    return told;
}

// Stores the mail for what is new, and what has been said of what stands now.
Status say(Accounts& accounts, const Id128& id, const std::vector<Alert>& standing, AllSaid said, std::int64_t now_ms) {
    std::vector<Alert> news;
    AllSaid next;
    for (const Alert& alert : standing) {
        if (is_news(alert, said)) news.push_back(alert);
        next[alert.about] = standing_said(alert, said);
    }
    if (news.empty() && next == said) return {};
    Change change(accounts, {.kind = CallerKind::job, .job = "alerts"}, "alert.raise", now_ms);
    const auto organization = open_organization(change, id);
    const auto told = organization && !news.empty() ? queue(change, **organization, news) : Result<bool>(false);
    if (!told) return told.error();
    if (!*told) {
        for (const Alert& alert : news) {
            const auto before = said.find(alert.about);
            before == said.end() ? void(next.erase(alert.about)) : void(next[alert.about] = before->second);
        }
    }
    for (const auto& [about, one] : next) {
        const auto before = said.find(about);
        if (before != said.end() && before->second == one) continue;
        change.put_unaudited(alert_document_key(to_uuid(id), about), document_of(one));
    }
    for (const auto& [about, one] : said) {
        if (!next.contains(about)) change.put_unaudited(alert_document_key(to_uuid(id), about), {});
    }
    return change.commit();
}

}  // namespace

Status look_for_alerts(Accounts& accounts, std::int64_t now_ms) {
    auto said = read_said(accounts.store());
    if (!said) return said.error();
    const auto directory = accounts.directory();
    Status first;
    const auto look_at = [&](const Id128& id, const Organization* organization, AllSaid before) {
        std::vector<Alert> standing;
        if (organization != nullptr && !organization->policy.closed()) {
            standing = Looker(*directory, accounts.credits(), *organization, now_ms).look();
        }
        Status status = say(accounts, id, standing, std::move(before), now_ms);
        if (first.ok()) first = std::move(status);
    };
    for (const Organization* const one : directory->organizations()) {
        const auto before = said->find(one->id);
        const bool wants = one->policy.low_balance || one->policy.budget_alerts;
        if (!wants && before == said->end()) continue;
        look_at(one->id, one, before == said->end() ? AllSaid() : std::move(before->second));
        if (before != said->end()) said->erase(before);
    }
    for (auto& [id, before] : *said) look_at(id, nullptr, std::move(before));
    return first;
}

}  // namespace tollgate
