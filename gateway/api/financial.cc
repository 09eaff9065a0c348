#include "gateway/api/financial.h"

#include <algorithm>

#include "gateway/api/limits.h"
#include "gateway/wire/clock.h"
#include "gateway/worker.h"

namespace tollgate {
namespace {

// By address, in the order of the members' ids, so that a page's place means the same whoever joins behind it.
std::vector<const Membership*> members_like(const Call& call, const std::string& email) {
    auto members = call.directory->members_of(call.organization().id);
    std::erase_if(members, [&](const Membership* one) {
        return !has_in_address(call.directory->find_user(one->user)->email, email);
    });
    std::ranges::sort(members, {}, &Membership::user);
    return members;
}

void write_budget(const Spender& bound, std::int64_t now_ms, JsonWriter& json) {
    const Limits& limits = bound.limits;
    json.key("current_budget");
    limits.budget ? json.usd(std::max(bound.budget_left(windows_at(now_ms)), NanoUsd{})) : json.null();
    json.key("max_budget");
    limits.budget ? json.usd(*limits.budget) : json.null();
    json.key("reset_interval").text_or_null(limits.budget ? reset_name(limits.reset) : std::string_view());
    json.key("resets_at").time(limits.budget ? window_end_ms(limits.reset, now_ms) : 0);
}

}  // namespace

ApiAnswer list_member_finances(Call& call) {
    QueryFields& query = call.query;
    const PageId page = read_page_id(call, kUsualFinances);
    const std::string email = query.text("email");
    if (email.size() > kMaxEmailBytes) query.fail("email", "is too long");
    if (call.error()) return call.refusal();
    const auto members = members_like(call, email);
    const Id128& organization = call.organization().id;
    const OrganizationCredit& credit = *call.organization().credit;
    const std::int64_t now_ms = call.request.now_ms, clock_ms = wire::monotonic_ms(wire::Clock::now());
    const Spender all = credit.state_of(credit.spender(), clock_ms);  // one state, so that all see the same numbers
    JsonWriter json;
    json.object().key("items").array();
    for (const Membership* const one : page.items_of(members)) {
        const Membership& member = *one;
        const LimitTarget target{.scope = LimitScope::member, .organization = organization, .id = member.user};
        const Spender own = credit.state_of(*find_spender(*call.directory, *call.services.credits, target), clock_ms);
        json.object().key("user_id").text(to_uuid(member.user));
        json.key("email").text(call.directory->find_user(member.user)->email);
        json.key("lifetime_spend").usd(own.spent.total);
        write_budget(own.limits.budget ? own : all, now_ms, json);
        json.end();
    }
    page.write_numbers(json.end());
    page.write_next(members.size(), json);
    return json_answer(json.end());
}

}  // namespace tollgate
