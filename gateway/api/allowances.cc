#include "gateway/api/allowances.h"

#include "gateway/api/limits.h"
#include "gateway/wire/clock.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

constexpr std::string_view kJob = "allowances";

Id128 named_by(const Call& call) { return parse_uuid(call.path("allowance")).value_or(Id128{}); }

void write_allowance(const Allowance& allowance, const Directory& directory, JsonWriter& json) {
    const Organization* const given = directory.find_organization(allowance.organization);
    json.object().key("id").text(to_uuid(allowance.id)).key("organization_id").text(to_uuid(allowance.organization));
    json.key("organization_name").text_or_null(given == nullptr ? std::string() : given->name);
    json.key("amount").usd(allowance.amount);
    json.key("interval").text(to_string(allowance.interval)).key("starts_at").time(allowance.starts_ms);
    json.key("ends_at").time(allowance.ends_ms).key("paused").flag(allowance.paused);
    json.key("note").text_or_null(allowance.note).key("granted_until").time(allowance.granted_until_ms);
    const bool granted = !allowance.last_transaction.is_nil();
    json.key("last_transaction_id").text_or_null(granted ? to_ulid(allowance.last_transaction) : std::string());
    json.key("created_at").time(allowance.created_ms).key("version").number(allowance.version).end();
}

ApiAnswer allowance_answer(const Call& call, const Result<Allowance>& allowance, int status = 200) {
    if (!allowance) return api_error(allowance.error());
    JsonWriter json;
    write_allowance(*allowance, *call.directory, json);
    return versioned_answer(json, allowance->version, status);
}

// Soon, so that a new allowance need not wait for the job's next round.
void grant_after_publish(Call& call, Change& change) {
    Services& services = call.services;
    change.after_publish([&services] {
        wire::asio::post(services.account_changes->executor(),
                         [&services] { (void)grant_allowances(services, wire::unix_ms_now()); });
    });
}

Status grant(Services& services, const Id128& id, std::int64_t now_ms) {
    Change change(*services.accounts, {.kind = CallerKind::job, .job = std::string(kJob)}, "allowance.grant", now_ms);
    const auto allowance = find_allowance(*services.store, id);
    if (!allowance) return allowance.error();
    const Organization* const given = change.directory().find_organization(allowance->organization);
    const bool active = given != nullptr && given->policy.status == OrganizationStatus::active;
    if (!active || !allowance->is_due(now_ms)) return {};
    TransactionRequest request{.kind = TransactionKind::grant,
                               .organization = allowance->organization,
                               .amount = allowance->amount,
                               .expires_ms = window_end_ms(allowance->interval, now_ms),
                               .note = "allowance " + to_uuid(id),
                               .actor = actor_of(change.caller())};
    request.require = [&]() -> Status {
        const auto now = find_allowance(*services.store, id);
        if (!now) return now.error();
        if (now->version == allowance->version) return {};
        return {StatusCode::stale, "the allowance has just been granted or changed"};
    };
    const auto granted = transact(*services.ledger, change, request,
                                  [&](const Id128& transaction) { grant_window(change, *allowance, transaction); });
    return granted ? Status() : granted.error();
}

}  // namespace

Status grant_allowances(Services& services, std::int64_t now_ms) {
    const auto all = all_allowances(*services.store);
    if (!all) return all.error();
    Status first;
    for (const Allowance& one : *all) {
        if (!one.is_due(now_ms)) continue;
        Status status = grant(services, one.id, now_ms);
        if (first.ok()) first = std::move(status);
    }
    return first;
}

ApiAnswer create_allowance(Call& call, Change& change) {
    BodyFields& body = call.body;
    Allowance allowance{.amount = positive_amount(body)};
    const auto organization = parse_uuid(body.required_text("organization_id"));
    if (!organization) body.fail("organization_id", "must be a UUID");
    allowance.organization = organization.value_or(Id128{});
    const bool known = parse(body.required_text("interval"), allowance.interval);
    if (!known || allowance.interval == LimitReset::lifetime) {
        body.fail("interval", "must be daily, weekly or monthly");
    }
    const std::int64_t now_ms = change.now_ms();
    allowance.starts_ms = body.time_after("starts_at", now_ms);
    if (allowance.starts_ms == 0) allowance.starts_ms = now_ms;
    allowance.ends_ms = body.time_after("ends_at", now_ms);
    allowance.note = body.text("note");
    if (allowance.ends_ms != 0 && allowance.ends_ms <= allowance.starts_ms) {
        body.fail("ends_at", "must be after starts_at");
    }
    if (allowance.amount > kMostAmount) body.fail("amount", "is more than one transaction may be about");
    if (call.error()) return call.refusal();
    const auto made = create_allowance(change, allowance);
    if (made) grant_after_publish(call, change);
    return allowance_answer(call, made, 201);
}

ApiAnswer list_allowances(Call& call) {
    const Page page = read_page(call);
    if (call.error()) return call.refusal();
    auto all = all_allowances(*call.services.store);
    if (!all) return api_error(all.error());
    if (const auto id = parse_uuid(call.path("organization"))) {
        std::erase_if(*all, [&](const Allowance& one) { return one.organization != *id; });
    }
    const auto part = page_of(
        page, std::move(*all), [](const Allowance& one) { return std::tuple(one.created_ms, one.id); },
        [](const Allowance& one) { return place_of(one.created_ms, to_uuid(one.id)); });
    JsonWriter json;
    write_page(part, [&](const Allowance& one) { write_allowance(one, *call.directory, json); }, json);
    return json_answer(json);
}

ApiAnswer show_allowance(Call& call) {
    return allowance_answer(call, find_allowance(*call.services.store, named_by(call)));
}

ApiAnswer update_allowance(Call& call, Change& change) {
    BodyFields& body = call.body;
    const auto current = find_allowance(*call.services.store, named_by(call));
    if (!current) return api_error(current.error());
    if (const Status status = require_version(call, change, current->version); !status.ok()) return api_error(status);
    JsonWriter shown;
    write_allowance(*current, *call.directory, shown);
    body.check_echo(shown.take(), {"amount", "ends_at", "paused", "note", "version"},
                    {"organization_name", "granted_until", "last_transaction_id"});
    AllowanceChange fields;
    if (body.has("amount")) fields.amount = positive_amount(body);
    if (fields.amount && *fields.amount > kMostAmount) body.fail("amount", "is more than one transaction may be about");
    if (body.has("ends_at")) fields.ends_ms = body.time_after("ends_at", change.now_ms());
    if (body.has("paused")) fields.paused = body.flag("paused");
    if (body.has("note")) fields.note = body.text("note");
    if (call.error()) return call.refusal();
    const auto changed = update_allowance(change, named_by(call), fields);
    if (changed) grant_after_publish(call, change);
    return allowance_answer(call, changed);
}

ApiAnswer delete_allowance(Call& call, Change& change) {
    if (const Status status = delete_allowance(change, named_by(call)); !status.ok()) return api_error(status);
    JsonWriter json;
    json.object().key("deleted").flag(true).end();
    return json_answer(json);
}

}  // namespace tollgate
