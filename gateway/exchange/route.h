// What a request's path and method name: rows of the one table (gateway/api/routes/). routes.cc joins them and defines
// what is declared here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "accounting/accounts/permission.h"
#include "accounting/ledger/usage_record.h"

namespace tollgate {

struct ApiAnswer;
class Call;
class Change;
class Error;
class Inbound;
struct Schema;

// Who may call.
struct Guard {
    enum class Kind : std::uint8_t {
        open,        // everybody: neither key nor body is looked at
        anybody,     // everybody, with a small body; a key is not needed, but one that is sent must be valid
        page,        // everybody, from a page of this gateway: signing in, and what comes before; the body is small
        session,     // who is signed in, and no key
        any_key,     // with a valid key
        permission,  // who has one
    };

    constexpr Guard(Kind of) : kind(of) {}
    constexpr Guard(Permission needed) : kind(Kind::permission), permission(needed) {}

    bool reads_body() const { return kind != Kind::open; }
    bool needs_key() const { return kind == Kind::any_key || kind == Kind::session || kind == Kind::permission; }
    // The same, and a session's last proof must be young: for what would outlive the session, or is another person's.
    constexpr Guard after_step_up() const {
        Guard guard = *this;
        guard.steps_up = true;
        return guard;
    }
    // The same, by a session alone: for what no token may change, however much it may.
    constexpr Guard by_session() const {
        Guard guard = *this;
        guard.session_only = true;
        return guard;
    }
    bool lets_anybody() const { return kind == Kind::anybody || kind == Kind::page; }

    Kind kind;
    Permission permission = Permission::infer;  // if that is the kind
    bool steps_up = false;
    bool session_only = false;
};

// What answers: a function that reads, or one that collects a change, which is then committed. Before that another one
// may ask other servers what the change needs: nothing else changes may wait for them.
struct Handler {
    using Read = ApiAnswer (*)(Call&);
    using Mutate = ApiAnswer (*)(Call&, Change&);
    using Prove = Error (*)(Call&);

    constexpr Handler() = default;
    constexpr Handler(Read reader) : read(reader) {}
    constexpr Handler(Mutate mutator, std::string_view named) : mutate(mutator), action(named) {}
    constexpr Handler(Prove prover, Mutate mutator, std::string_view named)
        : prove(prover), mutate(mutator), action(named) {}

    Read read = nullptr;
    Prove prove = nullptr;
    Mutate mutate = nullptr;
    std::string_view action = {};  // of the change, in its audit entry: "key.create"
};

// Where a handler runs.
enum class RunsOn : std::uint8_t {
    exchange,            // the request goes to a model
    worker,              // must not block
    readers,             // a pool: may block, changes nothing
    accounts,            // one thread: may block, and changes
    outside,             // a pool: waits for other servers, and may change
    passwords,           // a pool: hashes passwords, and may change
    identity_providers,  // a pool: waits for them, and may change
};

// What goes in and out.
struct Contract {
    const Schema* query = nullptr;   // null: the query is not looked at
    const Schema* body = nullptr;    // null: nor the body
    const Schema* answer = nullptr;  // null: none
    int status = 200;                // of success
    int repeat_status = 0;           // where an earlier call had done it already; 0: the same
    bool body_optional = false;      // an empty one is {}
    bool csv = false;                // the answer may be CSV
    bool events = false;             // the answer is a stream of server-sent events
    bool file = false;               // a file of the dashboard, which is no part of the API
    bool versioned = false;          // of a POST that looks at If-Match, as all other changes do
    ApiType api = ApiType::chat;     // of the exchange
    bool counts_only = false;        // it answers how long the prompt is, and asks no model
};

// One method of a path.
struct Operation {
    std::string_view method;  // GET serves HEAD, too
    std::string_view path;    // "/api/organizations/{organization}/keys/{key}"; "{name...}" is all of the rest
    std::string_view name;    // of the path in metrics and logs; paths may share one
    Guard guard = Guard::Kind::open;
    RunsOn runs_on = RunsOn::worker;
    Handler handler = {};  // none: the exchange, or OPTIONS
    std::string_view summary;
    Contract contract = {};

    // Whether the path names the organization that the call is about.
    bool names_organization() const { return path.find("{organization}") != std::string_view::npos; }
};

// A path with its methods.
struct Route {
    std::string_view path;
    std::string_view name;
    std::size_t number = 0;  // of the name, below route_names().size()
    std::span<const Operation> operations = {};

    bool known() const { return !path.empty(); }
    // Null if the path does not take the method.
    const Operation* find(std::string_view method) const;
    std::string allow() const;  // "GET, HEAD, OPTIONS"
};

inline constexpr Route kUnknownRoute{.path = {}, .name = "unknown"};

// What a path names: kUnknownRoute if nothing. It and its texts live as long as the program; nothing is allocated.
const Route& find_route(std::string_view path);
// The API that answers under a path are written in, errors of unknown paths included.
const Inbound& inbound_of(std::string_view path);
std::span<const std::string_view> route_names();  // by number

}  // namespace tollgate
