#include "accounting/accounts/credit_request.h"

#include <algorithm>
#include <array>
#include <utility>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/money/enum_names.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

// In the order of CreditRequestState's values.
constexpr std::array<std::string_view, 4> kStates = {"pending", "approved", "declined", "withdrawn"};

template <class RequestOf, class Fields>
void fields_of(RequestOf& request, Fields& fields) {
    fields.id("user", request.user);
    fields.number("amount", request.amount.value);
    fields.optional_text("note", request.note, kCreditRequestNoteBytes);
    fields.choice("state", request.state);
    fields.number("approved", request.approved.value);
    fields.optional_text("decided_by", request.decided_by, kMaxNameBytes);
    fields.optional_text("decision_note", request.decision_note, kCreditRequestNoteBytes);
    fields.number("decided_ms", request.decided_ms);
    fields.id("transaction", request.transaction);
    fields.number("version", request.version);
    fields.number("created_ms", request.created_ms);
}

std::string document_of(const CreditRequest& request) {
    DocumentWriter writer;
    fields_of(request, writer);
    return writer.take();
}

std::string document_key(const Id128& organization, const Id128& id) {
    return credit_request_document_key(to_uuid(organization), to_uuid(id));
}

Result<CreditRequest> read(DocumentReader& reader, std::string_view document, std::string_view text) {
    CreditRequest request;
    reader.open(document, text);
    const std::string_view ids = reader.id_part(kCreditRequestDocumentPrefix);
    const std::size_t slash = std::min(ids.find('/'), ids.size());
    const auto organization = parse_uuid(ids.substr(0, slash));
    const auto id = parse_uuid(ids.substr(std::min(slash + 1, ids.size())));
    if (!organization || !id) reader.fail("the ids in its key are malformed");
    request.organization = organization.value_or(Id128{});
    request.id = id.value_or(Id128{});
    fields_of(request, reader);
    if (Status status = reader.status(); !status.ok()) return std::unexpected(std::move(status));
    return request;
}

// `before`: the document so far; empty for a new one.
void put(Change& change, CreditRequest& request, std::string before) {
    ++request.version;
    const std::string document = document_key(request.organization, request.id);
    change.concerns(request.organization, document);
    change.put_document(request.organization, document, std::move(before), document_of(request));
}

Status check_texts(const CreditRequest& request) {
    DocumentCheck check;
    fields_of(request, check);
    return check.status();
}

}  // namespace

std::string_view to_string(CreditRequestState state) { return kStates.at(static_cast<std::size_t>(state)); }

bool parse(std::string_view text, CreditRequestState& state) { return parse_name(kStates, text, state); }

Result<CreditRequest> find_credit_request(Store& store, const Id128& organization, const Id128& id) {
    const std::string document = document_key(organization, id);
    const auto text = store.get(Family::accounts, document);
    if (!text) {
        if (text.error().code() != StatusCode::not_found) return std::unexpected(text.error());
        return failure(StatusCode::not_found, "there is no such request for credit in this organization");
    }
    DocumentReader reader;
    return read(reader, document, *text);
}

Result<std::vector<CreditRequest>> credit_requests_of(Store& store, const Id128& organization) {
    std::vector<CreditRequest> found;
    Status wrong;
    DocumentReader reader;
    const std::string begin = credit_request_document_key(to_uuid(organization), "");
    const Status scanned =
        store.scan(Family::accounts, begin, prefix_end(begin), [&](std::string_view document, std::string_view text) {
            auto request = read(reader, document, text);
            if (request) {
                found.push_back(std::move(*request));
            } else {
                wrong = request.error();
            }
            return wrong.ok();
        });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!wrong.ok()) return std::unexpected(wrong);
    return found;
}

Result<CreditRequest> create_credit_request(Change& change, const Id128& organization, NanoUsd amount,
                                            const std::string& note) {
    const Id128& user = change.caller().user;
    const auto all = credit_requests_of(change.accounts().store(), organization);
    if (!all) return std::unexpected(all.error());
    const auto waiting = std::ranges::count_if(
        *all, [&](const CreditRequest& one) { return one.user == user && one.state == CreditRequestState::pending; });
    if (static_cast<std::size_t>(waiting) >= kMostPendingCreditRequests) {
        return failure(StatusCode::conflict,
                       std::to_string(waiting) + " of your requests wait to be decided, the most there may be",
                       "limit_reached");
    }
    CreditRequest request{.organization = organization,
                          .id = make_uuid7(change.now_ms()),
                          .user = user,
                          .amount = amount,
                          .note = note,
                          .created_ms = change.now_ms()};
    if (Status status = check_texts(request); !status.ok()) return std::unexpected(std::move(status));
    put(change, request, {});
    return request;
}

Status check_pending(const CreditRequest& request) {
    if (request.state == CreditRequestState::pending) return {};
    return {StatusCode::conflict, "the request was " + std::string(to_string(request.state)) + " before",
            "already_decided"};
}

CreditRequest decide(Change& change, CreditRequest request, const Decision& decision) {
    std::string before = document_of(request);
    request.state = decision.state;
    request.approved = decision.approved;
    request.decided_by = actor_of(change.caller());
    request.decision_note = decision.note;
    request.decided_ms = change.now_ms();
    request.transaction = decision.transaction;
    put(change, request, std::move(before));
    return request;
}

}  // namespace tollgate
