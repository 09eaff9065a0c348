#include "gateway/import/import_plan.h"

#include <algorithm>
#include <set>

#include "accounting/accounts/checked_text.h"
#include "accounting/accounts/key_rules.h"
#include "accounting/ledger/priced_candidates.h"

namespace tollgate {
namespace {

std::string cut(std::string_view text, std::size_t most) {
    std::size_t size = std::min(text.size(), most);
    while (size > 0 && size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
    return std::string(text.substr(0, size));
}

// "Team", "Team 2", "Team 3"
void make_distinct(std::string& name, std::set<std::string>& taken) {
    const std::string wanted = name;
    for (int number = 2; !taken.insert(name).second; ++number) {
        const std::string suffix = " " + std::to_string(number);
        name = cut(wanted, kMaxNameBytes - suffix.size()) + suffix;
    }
}

}  // namespace

void ImportPlan::leave(std::string what, std::string why, std::size_t rows) {
    const auto same = [&](const NotCarried& other) { return other.what == what && other.why == why; };
    const auto found = std::ranges::find_if(not_carried, same);
    if (found != not_carried.end()) {
        found->rows += rows;
    } else {
        not_carried.push_back({std::move(what), std::move(why), rows});
    }
}

ImportedModels both(const ImportedModels& one, const ImportedModels& other) {
    if (!one) return other;
    if (!other) return one;
    std::vector<std::string> models;
    std::ranges::copy_if(*one, std::back_inserter(models),
                         [&](const std::string& name) { return std::ranges::find(*other, name) != other->end(); });
    return models;
}

bool allow_models(ImportedKey& key, const ImportedModels& models) {
    if (!models) return true;
    const std::set<std::string> names(models->begin(), models->end());
    const bool can_be_said =
        !names.empty() && names.size() <= kMostRuleNames && std::ranges::all_of(names, [](const std::string& name) {
            return !name.empty() && name.size() <= kModelNameBytes && name.find('*') == name.npos;
        });
    if (can_be_said) key.allow_models.assign(names.begin(), names.end());
    return can_be_said;
}

std::string importable_name(std::string_view text, std::string_view otherwise) {
    std::string name;
    for (const char c : text) {
        if (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) name += c;
    }
    name = cut(name, kMaxNameBytes);
    const auto is_blank = [](char c) { return c == ' '; };
    while (!name.empty() && is_blank(name.back())) name.pop_back();
    name.erase(0, static_cast<std::size_t>(std::ranges::find_if_not(name, is_blank) - name.begin()));
    return check_name("name", name).ok() ? name : std::string(otherwise);
}

void keep_distinct_people(ImportPlan& plan) {
    std::map<std::string, std::vector<std::string>> by_address;
    for (ImportedUser& user : plan.users) {
        const auto email = normal_email("e-mail", user.email);
        if (!email) {
            plan.warnings.push_back("user " + user.id + " is left out: " + email.error().message());
            user.email.clear();
            continue;
        }
        user.email = *email;
        by_address[user.email].push_back(user.id);
    }
    for (const auto& [email, ids] : by_address) {
        if (ids.size() < 2) continue;
        std::string listed;
        for (const std::string& id : ids) listed += (listed.empty() ? "" : ", ") + id;
        plan.warnings.push_back("users " + listed + " are left out: they share the address " + email);
    }
    std::erase_if(plan.users,
                  [&](const ImportedUser& user) { return user.email.empty() || by_address[user.email].size() > 1; });
}

void tidy(ImportPlan& plan) {
    std::set<std::string> people;
    for (const ImportedUser& user : plan.users) people.insert(user.id);
    for (ImportedOrganization& organization : plan.organizations) {
        std::set<std::string> names{"Default Project"};
        for (ImportedProject& project : organization.projects) make_distinct(project.name, names);
        std::erase_if(organization.members, [&](const ImportedMember& one) { return !people.contains(one.user); });
        std::set<std::string> members;
        for (const ImportedMember& member : organization.members) members.insert(member.user);
        if (!organization.owner.empty()) members.insert(organization.owner);
        for (ImportedKey& key : organization.keys) {
            if (!members.contains(key.user)) key.user.clear();
        }
    }
}

}  // namespace tollgate
