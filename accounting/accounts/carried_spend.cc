#include "accounting/accounts/carried_spend.h"

#include <array>
#include <string>
#include <utility>

#include "accounting/accounts/change.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

constexpr std::string_view kPrefix = "carried_spend/";
constexpr std::array<std::string_view, 4> kScopes = {"organization", "project", "member", "key"};

std::string_view name_of(LimitScope scope) { return kScopes.at(static_cast<std::size_t>(scope)); }

std::string document_key(const LimitTarget& target) {
    std::string key(kPrefix);
    key.append(name_of(target.scope)).append("/");
    switch (target.scope) {
        case LimitScope::organization:
            return key + to_uuid(target.organization);
        case LimitScope::project:
            return key + to_uuid(target.id);
        case LimitScope::member:
            return key + to_uuid(target.organization) + "/" + to_uuid(target.id);
        case LimitScope::key:
            break;
    }
    return key + to_hex(target.key);
}

template <class Carried, class Fields>
void fields_of(Carried& carried, Fields& fields) {
    fields.id("organization", carried.target.organization);
    fields.id("id", carried.target.id);
    fields.digest("key", carried.target.key);
    fields.number("amount", carried.amount.value);
    fields.choice("window", carried.window);
    fields.number("at_ms", carried.at_ms);
}

std::string document_of(const CarriedSpend& carried) {
    DocumentWriter writer;
    fields_of(carried, writer);
    return writer.take();
}

Result<CarriedSpend> read_carried_spend(DocumentReader& reader, std::string_view document, std::string_view text) {
    CarriedSpend carried;
    reader.open(document, text);
    const std::string_view scope = document.substr(kPrefix.size(), document.find('/', kPrefix.size()) - kPrefix.size());
    if (!parse_name(kScopes, scope, carried.target.scope)) reader.fail("its key names no scope");
    fields_of(carried, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return carried;
}

Spender& spender_of(const LimitTarget& target, CreditTable& credits) {
    switch (target.scope) {
        case LimitScope::organization:
            return credits.organization(target.organization).spender();
        case LimitScope::project:
            return credits.project(target.id);
        case LimitScope::member:
            return credits.member(target.organization, target.id);
        case LimitScope::key:
            break;
    }
    return credits.key(target.organization, target.key);
}

}  // namespace

Status put_carried_spend(Change& change, const CarriedSpend& carried) {
    if (carried.amount.value < 0 || carried.amount > kMostAmount) {
        return {StatusCode::invalid, "what was spent before must be from 0 to " + to_usd(kMostAmount) + " USD"};
    }
    std::string document = document_key(carried.target);
    const auto before = change.find_document(document);
    if (!before && before.error().code() != StatusCode::not_found) return before.error();
    change.put_document(carried.target.organization, std::move(document), before.value_or(std::string()),
                        document_of(carried));
    return {};
}

SpendWindows with_carried(SpendWindows spent, const CarriedSpend& carried) {
    spent.total += carried.amount;
    if (carried.window == LimitReset::lifetime) return spent;
    const std::size_t kind = static_cast<std::size_t>(carried.window) - 1;
    const std::int64_t number = windows_at(carried.at_ms).at(kind);
    auto& [last, before] = spent.recent.at(kind);
    // Nothing was spent here in its window yet, nor in a later one.
    if (last.number < number) {
        before = std::exchange(last, {number, {}, {}});
    }
    if (last.number == number) {
        last.charged += carried.amount;
    } else if (before.number <= number) {
        before = {number, before.number == number ? before.charged + carried.amount : carried.amount,
                  before.number == number ? before.held : NanoUsd{}};
    }
    return spent;
}

Status restore_carried_spend(Store& store, CreditTable& credits) {
    DocumentReader reader;
    Status problem;
    const Status scanned = store.scan(
        Family::accounts, kPrefix, prefix_end(kPrefix), [&](std::string_view document, std::string_view text) {
            const auto carried = read_carried_spend(reader, document, text);
            if (!carried) {
                problem = carried.error();
                return false;
            }
            Spender& spender = spender_of(carried->target, credits);
            OrganizationCredit& credit = credits.organization(carried->target.organization);
            credit.restore_spent(spender, with_carried(spender.spent, *carried));
            return true;
        });
    return scanned.ok() ? problem : scanned;
}

}  // namespace tollgate
