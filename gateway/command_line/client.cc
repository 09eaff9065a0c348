#include "gateway/command_line/client.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "accounting/money/ids.h"
#include "gateway/command_line/answer_view.h"
#include "gateway/command_line/client_command.h"
#include "gateway/command_line/client_session.h"
#include "gateway/command_line/credentials.h"
#include "gateway/command_line/list_pages.h"
#include "gateway/command_line/named_kind.h"
#include "gateway/wire/clock.h"

namespace tollgate {
namespace {

constexpr std::string_view kOrganization = "organization";

void print(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fflush(stdout);
}

void note(const std::string& text) { std::fprintf(stderr, "tollgate: %s\n", text.c_str()); }

int report(const ClientFailure& failure, const ClientSettings& settings) {
    if (settings.as_json) {
        std::fprintf(stderr, "%s\n", failure.json.c_str());
    } else {
        note(printable(failure.message));
    }
    return failure.exit_code;
}

// Of the terminal that standard output is; 0: it is none.
std::size_t terminal_width() {
    winsize size{};
    if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
    return size.ws_col;
}

// What deletes is asked for first.
ClientResult<void> confirm(const ClientCall& call, const ClientSettings& settings) {
    if (call.method != "DELETE" || settings.yes) return {};
    if (::isatty(STDIN_FILENO) == 0) {
        return std::unexpected(
            own_failure(kWrongUsage, "confirmation_needed", "this deletes; where nobody can be asked it needs --yes"));
    }
    std::fprintf(stderr, "DELETE %s\nGo on? [y/N] ", call.target.c_str());
    std::string line;
    std::getline(std::cin, line);
    if (line == "y" || line == "Y" || line == "yes") return {};
    return std::unexpected(own_failure(kFailedHere, "not_confirmed", "nothing was done"));
}

// Ids in place of what people call things by.
ClientResult<void> resolve_path(ClientSession& session, const Operation& operation, GivenValues& given) {
    std::string& organization = given.path[std::string(kOrganization)];
    const bool by_head = is_of_own_organization(operation);
    if (operation.names_organization() || by_head) organization = session.organization();
    if (organization.empty() && operation.names_organization()) {
        return std::unexpected(own_failure(kWrongUsage, "organization_missing",
                                           "which organization? Use --org ID or --org SLUG, or TOLLGATE_ORG"));
    }
    if (!organization.empty()) {
        auto id = session.organization_id();
        if (!id) return std::unexpected(std::move(id).error());
        organization = std::move(*id);
        if (by_head) session.name_organization(organization);
    }
    for (const std::string_view name : path_parameters(operation.path)) {
        if (name == kOrganization) continue;
        std::string& value = given.path[std::string(name)];
        auto id = session.id_of(name, value, organization);
        if (!id) return std::unexpected(std::move(id).error());
        value = std::move(*id);
    }
    return {};
}

// Whether a name of this field's kind says nothing without an organization.
bool is_within_organization(const Field& field) {
    return named_kind(field.name) == NamedKind::project || named_kind(field.name) == NamedKind::member;
}

// The same in fields of the query and of the body.
ClientResult<void> resolve_fields(ClientSession& session, const Operation& operation, GivenValues& given) {
    std::string& organization = given.path[std::string(kOrganization)];
    for (const FieldOption& option : field_options(operation)) {
        const auto found = given.fields.find(option.name);
        if (found == given.fields.end() || option.field->type != Field::Type::uuid) continue;
        for (std::string& value : found->second) {
            if (value == "null" || parse_uuid(value)) continue;
            if (organization.empty() && is_of_own_organization(operation) && is_within_organization(*option.field)) {
                auto own = session.own_organization_id();
                if (!own) return std::unexpected(std::move(own).error());
                organization = std::move(*own);
                session.name_organization(organization);  // the person may switch meanwhile
            }
            auto id = session.id_of(option.field->name, value, organization);
            if (!id) return std::unexpected(std::move(id).error());
            value = std::move(*id);
        }
    }
    return {};
}

bool is_json(const GatewayReply& reply) { return reply.content_type.starts_with("application/json"); }

// Writes an answer and returns where its list goes on. A further page of CSV has no line of names.
ClientResult<std::string> show(const GatewayReply& reply, bool is_first, const ClientSettings& settings) {
    if (reply.content_type.starts_with("text/csv")) {
        const auto names_end = reply.body.find('\n');
        const bool whole = is_first || names_end == std::string::npos;
        print(whole ? std::string_view(reply.body) : std::string_view(reply.body).substr(names_end + 1));
        return reply.next_cursor;
    }
    if (!is_json(reply)) {
        print(reply.body);
        return std::string();
    }
    if (settings.as_json) {
        print(reply.body + "\n");
        std::string cursor = member_text(reply.body, "next_cursor");
        return cursor.empty() ? member_text(reply.body, "next_page_id") : cursor;
    }
    auto view =
        view_answer(reply.body, {.columns = settings.columns, .usual = settings.usual, .width = terminal_width()});
    if (!view) return std::unexpected(own_failure(kWrongUsage, "invalid_answer", view.error().message()));
    print(is_first ? view->text : "\n" + view->text);
    return std::move(view->next_cursor);
}

ClientResult<void> call_and_show(ClientSession& session, const Operation& operation, ClientCall call, ListPages pages,
                                 const ClientSettings& settings) {
    std::string key;
    if (changes(operation)) key = settings.idempotency_key;
    if (changes(operation) && key.empty()) key = to_uuid(make_uuid7(wire::unix_ms_now()));
    const bool one_page = pages.one_is_asked_for() && !settings.all_pages;
    call = pages.first(std::move(call));
    auto reply = session.send(call, key, settings.if_match, print);
    if (!reply) return std::unexpected(reply.error());
    for (bool is_first = true;; is_first = false) {
        const auto named = show(*reply, is_first, settings);
        if (!named) return std::unexpected(named.error());
        auto next = pages.next(call, reply->body, *named);
        if (!next) return {};
        if (!one_page || next->may_be_empty) reply = session.send(next->call, key, settings.if_match, print);
        if (!reply) return std::unexpected(reply.error());
        if (next->may_be_empty && rows_of(reply->body) == 0) return {};
        if (one_page) {
            return std::unexpected(
                own_failure(kListGoesOn, "list_goes_on",
                            "there is more: --all, no --limit, or " + next->option + " for the next page"));
        }
        call = std::move(next->call);
    }
}

ClientResult<void> run(const Operation& operation, GivenValues given, const ClientSettings& settings) {
    auto session = ClientSession::open(settings, operation.guard.needs_key());
    if (!session) return std::unexpected(std::move(session).error());
    if (auto resolved = resolve_path(*session, operation, given); !resolved) return resolved;
    if (auto resolved = resolve_fields(*session, operation, given); !resolved) return resolved;
    auto call = make_call(operation, given);
    if (!call) return std::unexpected(own_failure(kWrongUsage, "wrong_usage", call.error().message()));
    if (auto confirmed = confirm(*call, settings); !confirmed) return confirmed;
    return call_and_show(*session, operation, std::move(*call), ListPages(operation, given), settings);
}

ClientResult<void> store_login(const ClientSettings& settings, const std::string& path) {
    ClientSettings asked = settings;
    if (asked.token_file.empty()) asked.token_file = "-";
    const auto session = ClientSession::open(asked, true);
    if (!session) return std::unexpected(session.error());
    // Any key that is one may read this.
    ClientSession checked = *session;
    const auto reply = checked.send({.method = "GET", .target = "/api/organizations/permissions", .body = {}});
    if (!reply) return std::unexpected(reply.error());
    const Credentials credentials{session->url().text, session->token(), settings.organization};
    const Status status = write_credentials(path, credentials);
    if (!status.ok()) return std::unexpected(own_failure(kFailedHere, "failed_here", status.message()));
    return {};
}

std::string credentials_path(const ClientSettings& settings) {
    return settings.credentials_file.empty() ? usual_credentials_file() : settings.credentials_file;
}

ClientFailure no_home() {
    return own_failure(kFailedHere, "failed_here", "where to? HOME is not set: use --credentials FILE");
}

}  // namespace

int run_client(const Operation& operation, GivenValues given, const ClientSettings& settings) {
    const auto done = run(operation, std::move(given), settings);
    return done ? static_cast<int>(kDone) : report(done.error(), settings);
}

int log_in(const ClientSettings& settings) {
    const std::string path = credentials_path(settings);
    if (path.empty()) return report(no_home(), settings);
    const auto done = store_login(settings, path);
    if (!done) return report(done.error(), settings);
    note("stored in " + path);
    return kDone;
}

int log_out(const ClientSettings& settings) {
    const std::string path = credentials_path(settings);
    if (path.empty()) return report(no_home(), settings);
    std::error_code failed;
    std::filesystem::remove(path, failed);
    if (failed) return report(own_failure(kFailedHere, "failed_here", path + ": " + failed.message()), settings);
    return kDone;
}

}  // namespace tollgate
