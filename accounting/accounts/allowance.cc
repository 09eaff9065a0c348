#include "accounting/accounts/allowance.h"

#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/organization.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

template <class AllowanceOf, class Fields>
void fields_of(AllowanceOf& allowance, Fields& fields) {
    fields.id("organization", allowance.organization);
    fields.number("amount", allowance.amount.value);
    fields.choice("interval", allowance.interval);
    fields.number("starts_ms", allowance.starts_ms);
    fields.number("ends_ms", allowance.ends_ms);
    fields.number("granted_until_ms", allowance.granted_until_ms);
    fields.id("last_transaction", allowance.last_transaction);
    fields.flag("paused", allowance.paused);
    fields.optional_text("note", allowance.note, kAllowanceNoteBytes);
    fields.number("version", allowance.version);
    fields.number("created_ms", allowance.created_ms);
}

std::string document_of(const Allowance& allowance) {
    DocumentWriter writer;
    fields_of(allowance, writer);
    return writer.take();
}

std::string document_key(const Id128& id) { return allowance_document_key(to_uuid(id)); }

Result<Allowance> read(DocumentReader& reader, std::string_view document, std::string_view text) {
    Allowance allowance;
    reader.open(document, text);
    const auto id = parse_uuid(reader.id_part(kAllowanceDocumentPrefix));
    if (!id) reader.fail("the id in its key is malformed");
    allowance.id = id.value_or(Id128{});
    fields_of(allowance, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return allowance;
}

// `before`: the document so far; empty for a new one.
Status put(Change& change, Allowance& allowance, std::string before) {
    DocumentCheck check;
    fields_of(allowance, check);
    if (!check.status().ok()) return check.status();
    ++allowance.version;
    change.concerns(allowance.organization, document_key(allowance.id));
    change.put_document(allowance.organization, document_key(allowance.id), std::move(before), document_of(allowance));
    return {};
}

}  // namespace

bool Allowance::is_due(std::int64_t now_ms) const {
    const bool ended = ends_ms != 0 && ends_ms <= now_ms;
    return !paused && !ended && starts_ms <= now_ms && granted_until_ms <= now_ms;
}

Result<Allowance> find_allowance(Store& store, const Id128& id) {
    const std::string document = document_key(id);
    const auto text = store.get(Family::accounts, document);
    if (!text) {
        if (text.error().code() != StatusCode::not_found) return std::unexpected(text.error());
        return failure(StatusCode::not_found, "there is no such allowance");
    }
    DocumentReader reader;
    return read(reader, document, *text);
}

Result<std::vector<Allowance>> all_allowances(Store& store) {
    std::vector<Allowance> found;
    Status wrong;
    DocumentReader reader;
    const Status scanned = store.scan(Family::accounts, kAllowanceDocumentPrefix, prefix_end(kAllowanceDocumentPrefix),
                                      [&](std::string_view document, std::string_view text) {
                                          auto allowance = read(reader, document, text);
                                          if (allowance) {
                                              found.push_back(std::move(*allowance));
                                          } else {
                                              wrong = allowance.error();
                                          }
                                          return wrong.ok();
                                      });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!wrong.ok()) return std::unexpected(wrong);
    return found;
}

Result<Allowance> create_allowance(Change& change, Allowance allowance) {
    if (const auto open = open_organization(change, allowance.organization); !open) {
        return std::unexpected(open.error());
    }
    allowance.id = make_uuid7(change.now_ms());
    allowance.created_ms = change.now_ms();
    if (Status status = put(change, allowance, {}); !status.ok()) return std::unexpected(std::move(status));
    return allowance;
}

Result<Allowance> update_allowance(Change& change, const Id128& id, const AllowanceChange& fields) {
    auto allowance = find_allowance(change.accounts().store(), id);
    if (!allowance) return allowance;
    if (Status status = change.require_version(allowance->version); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    std::string before = document_of(*allowance);
    allowance->amount = fields.amount.value_or(allowance->amount);
    allowance->ends_ms = fields.ends_ms.value_or(allowance->ends_ms);
    allowance->paused = fields.paused.value_or(allowance->paused);
    allowance->note = fields.note.value_or(allowance->note);
    if (document_of(*allowance) == before) return allowance;
    if (Status status = put(change, *allowance, std::move(before)); !status.ok()) {
        return std::unexpected(std::move(status));
    }
    return allowance;
}

Status delete_allowance(Change& change, const Id128& id) {
    const auto allowance = find_allowance(change.accounts().store(), id);
    if (!allowance) return allowance.error();
    if (Status status = change.require_version(allowance->version); !status.ok()) return status;
    change.concerns(allowance->organization, document_key(id));
    change.put_document(allowance->organization, document_key(id), document_of(*allowance), {});
    return {};
}

void grant_window(Change& change, Allowance allowance, const Id128& transaction) {
    std::string before = document_of(allowance);
    allowance.granted_until_ms = window_end_ms(allowance.interval, change.now_ms());
    allowance.last_transaction = transaction;
    (void)put(change, allowance, std::move(before));  // its fields were checked before
}

}  // namespace tollgate
