#include "gateway/api/mail.h"

#include <algorithm>

#include "gateway/worker.h"

namespace tollgate {
namespace {

void write_mail(const Mail& mail, JsonWriter& json) {
    json.object().key("id").text(to_uuid(mail.id)).key("kind").text(to_string(mail.kind)).key("to").text(mail.to);
    json.key("organization_id");
    json.text_or_null(mail.organization.is_nil() ? std::string() : to_uuid(mail.organization));
    json.key("state").text(to_string(mail.state)).key("attempts").number(mail.attempts);
    json.key("problem").text_or_null(mail.problem);
    json.key("next_attempt_at").time(mail.state == MailState::waiting ? mail.due_ms : 0);
    json.key("created_at").time(mail.created_ms).key("ended_at").time(mail.ended_ms).end();
}

}  // namespace

ApiAnswer list_mail(Call& call) {
    const Page page = read_page(call);
    const std::string state_text = call.query.text("state");
    MailState state = MailState::waiting;
    if (!state_text.empty() && !parse(state_text, state)) {
        call.query.fail("state", "must be waiting, sent, failed or dropped");
    }
    if (call.error()) return call.refusal();
    auto all = all_mails(*call.services.store);
    if (!all) return api_error(all.error());
    std::erase_if(*all, [&](const Mail& one) { return !state_text.empty() && one.state != state; });
    const auto part = page_of(
        page, std::move(*all), [](const Mail& one) { return std::tuple(one.created_ms, one.id); },
        [](const Mail& one) { return place_of(one.created_ms, to_uuid(one.id)); });
    JsonWriter json;
    write_page(part, [&json](const Mail& one) { write_mail(one, json); }, json);
    return json_answer(json);
}

ApiAnswer retry_mail(Call& call, Change& change) {
    const auto id = parse_uuid(call.path("mail"));
    const auto all = all_mails(*call.services.store);
    if (!all) return api_error(all.error());
    const auto found = std::ranges::find(*all, id.value_or(Id128{}), &Mail::id);
    if (found == all->end()) return api_error(ErrorKind::not_found, "there is no such mail");
    if (found->state != MailState::failed) {
        return api_error(Status(StatusCode::conflict, "only failed mail is tried again", "not_failed"));
    }
    JsonWriter json;
    write_mail(retry_mail(change, *found), json);
    return json_answer(json);
}

}  // namespace tollgate
