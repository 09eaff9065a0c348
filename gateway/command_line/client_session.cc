#include "gateway/command_line/client_session.h"

#include <array>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <thread>

#include "accounting/money/ids.h"
#include "gateway/command_line/answer_view.h"
#include "gateway/command_line/credentials.h"
#include "gateway/command_line/named_kind.h"
#include "gateway/text/json_writer.h"

namespace tollgate {
namespace {

// Before each further try.
constexpr std::array<std::chrono::milliseconds, kMostTries - 1> kPauses = {
    std::chrono::milliseconds(200), std::chrono::milliseconds(1000), std::chrono::milliseconds(3000)};
constexpr std::string_view kRootKeyPrefix = "sk-tg-root-", kPersonalTokenPrefix = "sk-tg-user-";
constexpr std::size_t kMostShownBytes = 300;  // of an answer that is no error of the API

std::string of_environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

std::string first_of(std::initializer_list<std::string> texts) {
    for (const std::string& text : texts) {
        if (!text.empty()) return text;
    }
    return {};
}

ClientFailure failure_here(const Status& status) {
    const int code = status.code() == StatusCode::denied ? kNotAuthorized : kFailedHere;
    return own_failure(code, "failed_here", status.message());
}

// The token that is sent to this gateway; empty: there is none.
ClientResult<std::string> find_token(const ClientSettings& settings, const Credentials& kept, const GatewayUrl& url) {
    if (!settings.token_file.empty()) {
        auto line = read_secret_line(settings.token_file, "Token: ");
        if (!line) return std::unexpected(failure_here(line.error()));
        return std::move(*line);
    }
    if (std::string token = of_environment("TOLLGATE_TOKEN"); !token.empty()) return token;
    if (kept.token.empty()) return std::string();
    const auto its_url = parse_gateway_url(kept.url);
    return its_url && its_url->same_server(url) ? kept.token : std::string();
}

std::string text_of(const boost::json::object& object, std::string_view name) {
    const boost::json::value* const value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

ClientFailure own_failure(int exit_code, std::string_view code, std::string message) {
    JsonWriter json;
    json.object().key("error").object().key("message").text(printable(message)).key("code").text(code).end().end();
    return {exit_code, json.take(), std::move(message)};
}

ClientFailure failure_of(const GatewayReply& reply) {
    const std::string message = member_text(reply.body, "error.message");
    if (message.empty()) {
        const std::string body = printable(std::string_view(reply.body).substr(0, kMostShownBytes));
        return own_failure(exit_code_of(reply.status, {}), "not_a_gateway",
                           "HTTP " + std::to_string(reply.status) + " that is no error of a gateway: " + body);
    }
    std::string reason = member_text(reply.body, "error.reason");
    if (reason.empty()) reason = member_text(reply.body, "error.metadata.reason");
    const std::string code = member_text(reply.body, "error.code");
    return {exit_code_of(reply.status, reason), reply.body, message + " (" + first_of({reason, code}) + ")"};
}

ClientResult<ClientSession> ClientSession::open(const ClientSettings& settings, bool needs_token) {
    const auto kept = read_credentials(first_of({settings.credentials_file, usual_credentials_file()}));
    if (!kept) return std::unexpected(failure_here(kept.error()));
    const std::string url_text = first_of({settings.url, of_environment("TOLLGATE_URL"), kept->url});
    if (url_text.empty()) {
        return std::unexpected(own_failure(
            kWrongUsage, "url_missing", "which gateway? Use --url or TOLLGATE_URL, or run: tollgate login --url URL"));
    }
    auto url = parse_gateway_url(url_text);
    if (!url) return std::unexpected(own_failure(kWrongUsage, "invalid_url", url.error().message()));
    auto token = find_token(settings, *kept, *url);
    if (!token) return std::unexpected(std::move(token).error());
    if (token->empty() && needs_token) {
        return std::unexpected(own_failure(
            kNotAuthorized, "token_missing",
            "no token for " + url->text + ": set TOLLGATE_TOKEN, or run: tollgate login --url " + url->text));
    }
    std::string organization = first_of({settings.organization, of_environment("TOLLGATE_ORG"), kept->organization});
    const std::string ca_file = first_of({settings.ca_file, of_environment("TOLLGATE_CA_FILE")});
    return ClientSession(HttpClient(std::move(*url), ca_file), std::move(*token), std::move(organization));
}

ClientResult<GatewayReply> ClientSession::send(const ClientCall& call, const std::string& idempotency_key,
                                               const std::string& if_match,
                                               const std::function<void(std::string_view)>& on_events) {
    GatewayCall request{.method = call.method, .target = call.target, .body = call.body};
    if (!token_.empty()) request.headers.emplace_back("authorization", "Bearer " + token_);
    if (!idempotency_key.empty()) request.headers.emplace_back("idempotency-key", idempotency_key);
    if (!named_organization_.empty()) request.headers.emplace_back("x-org-id", named_organization_);
    if (!if_match.empty()) request.headers.emplace_back("if-match", if_match);
    const bool repeatable = call.method == "GET" || !idempotency_key.empty();
    std::string first_loss;
    for (int tries = 1;; ++tries) {
        auto reply = client_.send(request, on_events);
        if (reply && reply->status >= 200 && reply->status < 300) return std::move(*reply);
        if (reply) return std::unexpected(failure_of(*reply));
        // What was never sent changes nothing and fails at once, unless an earlier try was lost.
        if (reply.error().was_sent && first_loss.empty()) first_loss = reply.error().why;
        if (first_loss.empty()) return std::unexpected(own_failure(kNotReached, "not_reached", reply.error().why));
        if (!repeatable || tries == kMostTries) {
            const std::string so_often = " (tried " + std::to_string(tries) + " times)";
            return std::unexpected(own_failure(kNotReached, "answer_lost",
                                               "the answer was lost, so that it is not known whether it was done: " +
                                                   first_loss + (tries > 1 ? so_often : "")));
        }
        std::this_thread::sleep_for(kPauses.at(static_cast<std::size_t>(tries - 1)));
    }
}

ClientResult<std::string> ClientSession::look_up(std::string target, std::string_view name, std::string_view value,
                                                 std::string_view wanted) {
    NameSearch search{std::string(value)};
    while (true) {
        const auto reply = send({.method = "GET", .target = target, .body = {}});
        if (!reply) return std::unexpected(reply.error());
        boost::system::error_code failed;
        const auto answer = boost::json::parse(reply->body, failed);
        const auto* const page = failed ? nullptr : answer.if_object();
        const auto* const data = page == nullptr ? nullptr : page->if_contains("data");
        if (data == nullptr || !data->is_array()) return std::unexpected(failure_of(*reply));
        for (const auto& item : data->as_array()) {
            if (!item.is_object()) continue;
            search.look_at(text_of(item.as_object(), name), text_of(item.as_object(), wanted));
        }
        const std::string cursor = text_of(*page, "next_cursor");
        if (cursor.empty()) break;
        target = with_query(std::move(target), "cursor", cursor);
    }
    if (search.found().size() < 2) return search.found().empty() ? std::string() : search.found().front().id;
    return std::unexpected(own_failure(
        kWrongUsage, "ambiguous_name",
        "which " + std::string(value) + "? There are " + search.names() + ": type the name as it is, or the id"));
}

ClientResult<std::string> ClientSession::id_of(std::string_view parameter, const std::string& typed,
                                               const std::string& organization) {
    if (parse_uuid(typed)) return typed;
    // No address, no name of a project without an organization: the gateway says what is wrong with it.
    const bool is_address = typed.find('@') != std::string::npos;
    std::string id_member = "id", below, what;
    std::string_view name = "email";
    switch (named_kind(parameter)) {
        case NamedKind::none:
            return typed;
        case NamedKind::organization:
            below = "/api/organizations?limit=1000";
            name = "slug";
            what = "you have no organization with the slug";
            break;
        case NamedKind::project:
            if (organization.empty()) return typed;
            below = "/api/organizations/" + organization + "/projects?limit=1000";
            name = "name";
            what = "the organization has no project called";
            break;
        case NamedKind::member:
            if (organization.empty() || !is_address) return typed;
            below = "/api/organizations/" + organization + "/members?email=" + percent_encoded(typed);
            id_member = "user_id";
            what = "the organization has no member";
            break;
        case NamedKind::user:
            if (!is_address) return typed;
            below = "/api/users?email=" + percent_encoded(typed);
            what = "there is no user";
            break;
    }
    auto id = look_up(std::move(below), name, typed, id_member);
    if (id && id->empty()) return std::unexpected(own_failure(kNotFound, "not_found", what + " " + typed));
    return id;
}

ClientResult<std::string> ClientSession::organization_of_key() {
    if (token_.starts_with(kRootKeyPrefix) || token_.starts_with(kPersonalTokenPrefix)) return std::string();
    const auto key = send({.method = "GET", .target = "/api/v1/key", .body = {}});
    if (!key) return std::unexpected(key.error());
    return member_text(key->body, "data.organization_id");
}

// A key may not list organizations, but may be of one that has the slug.
ClientResult<std::string> ClientSession::check_slug_of_key(const std::string& organization) {
    const auto shown = send({.method = "GET", .target = "/api/organizations/" + organization, .body = {}});
    if (!shown && shown.error().exit_code == kNotAuthorized) {
        return std::unexpected(own_failure(
            kNotAuthorized, "permission_denied",
            "this key may not look up the slug " + organization_ + ": name the organization by its id, or not at all"));
    }
    if (!shown) return std::unexpected(shown.error());
    if (!equal_but_for_case(member_text(shown->body, "slug"), organization_)) {
        return std::unexpected(own_failure(kNotAuthorized, "permission_denied",
                                           "this key is of another organization than " + organization_));
    }
    return organization;
}

ClientResult<std::string> ClientSession::organization_id() {
    if (parse_uuid(organization_)) return organization_;
    const auto id = organization_of_key();
    if (!id) return id;
    return id->empty() ? id_of("organization", organization_, {}) : check_slug_of_key(*id);
}

ClientResult<std::string> ClientSession::own_organization_id() {
    auto id = organization_of_key();
    if (!id || !id->empty()) return id;
    const auto me = send({.method = "GET", .target = "/api/me", .body = {}});
    if (!me) return std::unexpected(me.error());
    return member_text(me->body, "user.current_organization_id");
}

}  // namespace tollgate
