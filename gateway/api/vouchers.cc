#include "gateway/api/vouchers.h"

#include "accounting/accounts/typed_code.h"
#include "gateway/wire/clock.h"
#include "gateway/worker.h"
#include "store/key_space.h"

namespace tollgate {
namespace {

ApiAnswer no_such_voucher() { return api_error(ErrorKind::not_found, "there is no such voucher"); }

constexpr std::string_view kExpired = "expired";

// An open one whose code no longer works is expired.
std::string_view state_of(const Voucher& voucher, std::int64_t now_ms) {
    const bool late = voucher.expires_ms != 0 && voucher.expires_ms <= now_ms;
    return voucher.state == VoucherState::open && late ? kExpired : to_string(voucher.state);
}

void write_voucher(const Voucher& voucher, std::int64_t now_ms, JsonWriter& json) {
    json.object().key("id").text(to_hex(voucher.code)).key("amount").usd(voucher.amount);
    json.key("state").text(state_of(voucher, now_ms)).key("expires_at").time(voucher.expires_ms);
    json.key("credit_expires_at").time(voucher.credit_expires_ms);
    json.key("batch").text_or_null(voucher.batch).key("note").text_or_null(voucher.note);
    const bool used = voucher.state == VoucherState::used;
    json.key("used_by_organization").text_or_null(used ? to_uuid(voucher.organization) : std::string());
    json.key("used_by").text_or_null(voucher.used_by).key("used_at").time(voucher.used_ms);
    json.key("transaction_id").text_or_null(used ? to_ulid(voucher.transaction) : std::string());
    json.key("created_at").time(voucher.created_ms).key("version").number(voucher.version).end();
}

ApiAnswer voucher_answer(const Voucher& voucher, std::int64_t now_ms) {
    JsonWriter json;
    write_voucher(voucher, now_ms, json);
    return versioned_answer(json, voucher.version);
}

struct VoucherFilter {
    std::int64_t now_ms = 0;
    std::string state = {}, batch = {};  // empty: any
    bool admits(const Voucher& voucher) const {
        return (state.empty() || state_of(voucher, now_ms) == state) && (batch.empty() || voucher.batch == batch);
    }
};

Result<std::vector<Voucher>> vouchers_like(Store& store, const VoucherFilter& filter) {
    std::vector<Voucher> found;
    Status wrong;
    DocumentReader reader;
    const Status scanned = store.scan(Family::accounts, kVoucherDocumentPrefix, prefix_end(kVoucherDocumentPrefix),
                                      [&](std::string_view document, std::string_view text) {
                                          auto voucher = read_voucher(reader, document, text);
                                          if (!voucher) wrong = voucher.error();
                                          if (voucher && filter.admits(*voucher)) found.push_back(std::move(*voucher));
                                          return wrong.ok();
                                      });
    if (!scanned.ok()) return std::unexpected(scanned);
    if (!wrong.ok()) return std::unexpected(wrong);
    return found;
}

// Whether there is no such voucher, or no longer, is one answer: none tells what a code was.
Status invalid_code() {
    return {StatusCode::not_found, "this is no voucher's code, or it has expired", "voucher_invalid"};
}

ApiAnswer too_many_tries(std::int64_t wait_ms) {
    ApiAnswer answer = api_error(ErrorKind::requests_rate_limited, "too many codes that were none; try again later");
    answer.error.detail().extra = JsonWriter().key("retry_after_ms").number(wait_ms).take();
    answer.error.detail().headers = retry_after_lines(wait_ms);
    return answer;
}

// The voucher, if this organization may use it now, or did before.
Result<Voucher> usable_voucher(const Call& call, const KeyDigest& code) {
    auto voucher = find_voucher(*call.services.store, code);
    if (!voucher) {
        if (voucher.error().code() != StatusCode::not_found) return voucher;
        return std::unexpected(invalid_code());
    }
    if (voucher->state == VoucherState::used) {
        if (voucher->organization == call.organization().id) return voucher;
        return failure(StatusCode::conflict, "the voucher was used by somebody else", "voucher_used");
    }
    if (!voucher->is_good(call.request.now_ms)) return std::unexpected(invalid_code());
    return voucher;
}

Result<TransactionResult> credit_of(Call& call, Change& change, const KeyDigest& code) {
    const auto voucher = usable_voucher(call, code);
    if (!voucher) return std::unexpected(voucher.error());
    if (voucher->state == VoucherState::used) return TransactionResult{voucher->transaction, true, voucher->amount, {}};
    const Id128& organization = call.organization().id;
    TransactionRequest grant{.kind = TransactionKind::grant,
                             .organization = organization,
                             .amount = voucher->amount,
                             .expires_ms = voucher->credit_expires_ms,
                             .note = "voucher " + to_hex(code).substr(0, 8),
                             .actor = actor_of(call.request.caller)};
    grant.require = [&]() -> Status {
        const auto now = find_voucher(*call.services.store, code);
        if (!now) return now.error();
        if (now->state == VoucherState::open) return {};
        return {StatusCode::conflict, "the voucher has just been used or voided", "voucher_used"};
    };
    return transact(*call.services.ledger, change, grant,
                    [&](const Id128& transaction) { use_voucher(change, *voucher, organization, transaction); });
}

}  // namespace

ApiAnswer create_vouchers(Call& call, Change& change) {
    BodyFields& body = call.body;
    const NewVoucher fields{.amount = positive_amount(body),
                            .expires_ms = body.time_after("expires_at", change.now_ms()),
                            .credit_expires_ms = body.time_after("credit_expires_at", change.now_ms()),
                            .batch = body.text("batch"),
                            .note = body.text("note")};
    const std::int64_t count = body.count("count", kMostVouchers).value_or(std::nullopt).value_or(1);
    if (count == 0) body.fail("count", "must not be 0");
    if (fields.amount > kMostAmount) body.fail("amount", "is more than one transaction may be about");
    if (call.error()) return call.refusal();
    JsonWriter json;
    json.object().key("data").array();
    for (std::int64_t i = 0; i < count; ++i) {
        const auto made = create_voucher(change, fields);
        if (!made) return api_error(made.error());
        json.object().key("id").text(to_hex(made->name)).key("code").text(made->code).end();
    }
    ApiAnswer answer = json_answer(json.end().end(), 201);
    answer.secret_of = std::to_string(count) + " vouchers";
    return answer;
}

ApiAnswer list_vouchers(Call& call) {
    const Page page = read_page(call);
    const VoucherFilter filter{
        .now_ms = call.request.now_ms, .state = call.query.text("state"), .batch = call.query.text("batch")};
    VoucherState known = VoucherState::open;
    if (!filter.state.empty() && filter.state != kExpired && !parse(filter.state, known)) {
        call.query.fail("state", "must be open, used, voided or expired");
    }
    if (call.error()) return call.refusal();
    auto all = vouchers_like(*call.services.store, filter);
    if (!all) return api_error(all.error());
    const auto part = page_of(
        page, std::move(*all), [](const Voucher& one) { return std::tuple(one.created_ms, to_hex(one.code)); },
        [](const Voucher& one) { return place_of(one.created_ms, to_hex(one.code)); });
    JsonWriter json;
    write_page(part, [&](const Voucher& one) { write_voucher(one, call.request.now_ms, json); }, json);
    return json_answer(json);
}

ApiAnswer show_voucher(Call& call) {
    const auto code = parse_key_digest(call.path("voucher"));
    if (!code) return no_such_voucher();
    const auto voucher = find_voucher(*call.services.store, *code);
    return voucher ? voucher_answer(*voucher, call.request.now_ms) : api_error(voucher.error());
}

ApiAnswer void_voucher(Call& call, Change& change) {
    const auto code = parse_key_digest(call.path("voucher"));
    if (!code) return no_such_voucher();
    if (const Status status = void_voucher(change, *code); !status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("voided").flag(true).end();
    return json_answer(json);
}

// What a code that is none costs ends before the change, which would keep everybody else waiting.
ApiAnswer redeem_voucher(Call& call) {
    const std::string typed = call.body.required_text("code");
    if (call.error()) return call.refusal();
    const std::string caller = actor_of(call.request.caller);
    const std::int64_t clock_ms = wire::monotonic_ms(wire::Clock::now());
    CodeTries& tries = call.services.voucher_tries;
    if (const std::int64_t wait_ms = tries.wait_ms(caller, clock_ms); wait_ms > 0) return too_many_tries(wait_ms);
    const auto code = digest_of_code(typed);
    const Result<Voucher> usable = code ? usable_voucher(call, *code) : std::unexpected(invalid_code());
    if (!code || !usable) {
        if (usable.error().code() == StatusCode::not_found) tries.failed(caller, clock_ms);
        return api_error(usable.error());
    }
    Change change(*call.services.accounts, call.request.caller, "voucher.redeem", call.request.now_ms);
    if (Error refused = call.check_standing(change.directory())) return api_error(std::move(refused));
    const auto credited = credit_of(call, change, *code);
    return credited ? booked_answer(call, *credited) : api_error(credited.error());
}

}  // namespace tollgate
