#include "tests/simulation/account_books.h"

#include <algorithm>
#include <boost/json.hpp>
#include <string_view>

#include "store/key_space.h"
#include "tests/simulation/violation.h"

namespace tollgate::simulation {
namespace {

// What no audit tells of (Change::put_unaudited): it holds what is sealed.
bool is_unaudited(std::string_view document) { return document.starts_with(kDataKeyDocumentPrefix); }

// What only the audit shows: the ledger has it.
bool is_transaction(std::string_view document) { return document.starts_with("transaction/"); }

std::set<std::string> lines_of(std::string_view text) {
    std::set<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

// The audit writes numbers in another form.
bool is_same(const std::string& text, const std::string& audited) {
    return text == audited || (!audited.empty() && boost::json::parse(text) == boost::json::parse(audited));
}

std::string name_of(std::uint64_t change) { return "change " + std::to_string(change); }

}  // namespace

std::uint64_t last_stored_change(Store& store) {
    const auto last = store.last_before(Family::changes, kChangePrefix, prefix_end(kChangePrefix));
    return last ? parse_change_key(last->first).value_or(0) : 0;
}

void AccountBooks::read(Store& store) {
    *this = {};
    read_changes(store);
    read_audit_of_all(store);
    for (const auto& [change, names] : changes_) replay(change, names);
    hold_against(store);
}

const std::vector<AuditEntry>& AccountBooks::entries_of(std::uint64_t change) const {
    static const std::vector<AuditEntry> kNone;
    const auto found = entries_.find(change);
    return found == entries_.end() ? kNone : found->second;
}

void AccountBooks::read_changes(Store& store) {
    (void)store.scan(Family::changes, kChangePrefix, prefix_end(kChangePrefix), [&](auto key, auto value) {
        changes_.emplace(parse_change_key(key).value_or(0), lines_of(value));
        return true;
    });
}

void AccountBooks::read_audit_of_all(Store& store) {
    std::set<Id128> organizations;
    (void)store.scan(Family::changes, kAuditPrefix, prefix_end(kAuditPrefix), [&](std::string_view key, auto) {
        Id128 organization;
        std::copy_n(key.begin() + 1, organization.bytes.size(), organization.bytes.begin());
        organizations.insert(organization);
        return true;
    });
    for (const Id128& organization : organizations) {
        AuditQuery query{.organization = organization, .limit = kMaxAuditPage};
        do {
            auto page = read_audit(store, query);
            REQUIRE(page.has_value(), "I23", page.error().message());
            for (AuditEntry& entry : page->entries) {
                REQUIRE(changes_.contains(entry.change), "I23",
                        "the audit tells of " + name_of(entry.change) + ", which is not in the log of changes");
                entries_[entry.change].push_back(std::move(entry));
            }
            query.before = page->next;
        } while (query.before);
    }
}

void AccountBooks::replay(std::uint64_t change, const std::set<std::string>& names) {
    std::set<std::string> told;
    for (const AuditEntry& entry : entries_of(change)) {
        for (const AuditedDocument& document : entry.documents) {
            told.insert(document.document);
            if (is_transaction(document.document)) continue;
            std::string& text = documents_[document.document];
            REQUIRE(text == document.before, "I23",
                    "the audit of " + name_of(change) + " has another " + document.document +
                        " before it than the entries before it left: " + document.before + ", not " + text);
            text = document.after;
        }
    }
    for (const std::string& name : names) {
        REQUIRE(is_unaudited(name) || told.contains(name), "I23",
                name_of(change) + " put " + name + ", of which no audit tells");
    }
    for (const std::string& name : told) {
        REQUIRE(names.contains(name), "I23",
                "the audit of " + name_of(change) + " tells of " + name + ", which it did not put");
    }
}

void AccountBooks::hold_against(Store& store) const {
    std::map<std::string, std::string> there;
    (void)store.scan(Family::accounts, {}, {}, [&](std::string_view key, std::string_view value) {
        if (!is_unaudited(key)) there.emplace(key, value);
        return true;
    });
    for (const auto& [document, text] : there) {
        const auto found = documents_.find(document);
        REQUIRE(found != documents_.end() && is_same(text, found->second), "I23",
                document + " is stored, which the audit does not lead to: " + text);
    }
    for (const auto& [document, text] : documents_) {
        REQUIRE(text.empty() || there.contains(document), "I23", document + " is lost: " + text);
    }
}

}  // namespace tollgate::simulation
