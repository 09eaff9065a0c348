#include "accounting/accounts/caller.h"

namespace tollgate {

std::string_view to_string(CallerKind kind) {
    switch (kind) {
        case CallerKind::local:
            return "local";
        case CallerKind::job:
            return "job";
        case CallerKind::root_key:
            return "root";
        case CallerKind::management_key:
            return "management_key";
        case CallerKind::inference_key:
            return "inference_key";
        case CallerKind::service_key:
            return "service_key";
        case CallerKind::personal_token:
            return "personal_token";
        case CallerKind::session:
            return "session";
        case CallerKind::operator_session:
            return "operator_session";
        case CallerKind::nobody:
            return "nobody";
    }
    return "unknown";
}

CallerKind caller_kind(KeyKind kind) {
    switch (kind) {
        case KeyKind::root:
            return CallerKind::root_key;
        case KeyKind::management:
            return CallerKind::management_key;
        case KeyKind::personal:
            return CallerKind::personal_token;
        case KeyKind::service:
            return CallerKind::service_key;
        case KeyKind::inference:
            break;
    }
    return CallerKind::inference_key;
}

Caller as_operator(Caller caller) {
    caller.kind = CallerKind::operator_session;
    caller.person = caller.user;
    caller.user = caller.organization = {};
    return caller;
}

std::string actor_of(const Caller& caller) {
    if (caller.kind == CallerKind::operator_session) return "user:" + to_uuid(caller.person);
    if (caller.kind == CallerKind::job) return "job:" + caller.job;
    if (caller.is_operator() || caller.kind == CallerKind::nobody) return std::string(to_string(caller.kind));
    return caller.is_person() ? "user:" + to_uuid(caller.user) : "key:" + to_hex(caller.key);
}

std::string via_of(const Caller& caller) {
    switch (caller.kind) {
        case CallerKind::local:
            return "command";
        case CallerKind::job:
            return caller.job.starts_with(kGroupsJob) ? caller.job : "job";
        case CallerKind::nobody:
            return "nothing";
        case CallerKind::personal_token:
            return "token:" + to_hex(caller.key);
        case CallerKind::session:
        case CallerKind::operator_session:
            return "session:" + to_hex(caller.key);
        default:
            return "key:" + to_hex(caller.key);
    }
}

}  // namespace tollgate
