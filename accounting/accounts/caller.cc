#include "accounting/accounts/caller.h"

namespace tollgate {

std::string_view to_string(CallerKind kind) {
    switch (kind) {
        case CallerKind::local:
            return "local";
        case CallerKind::root_key:
            return "root";
        case CallerKind::management_key:
            return "management_key";
        case CallerKind::inference_key:
            return "inference_key";
    }
    return "unknown";
}

CallerKind caller_kind(KeyKind kind) {
    switch (kind) {
        case KeyKind::root:
            return CallerKind::root_key;
        case KeyKind::management:
            return CallerKind::management_key;
        case KeyKind::inference:
            break;
    }
    return CallerKind::inference_key;
}

std::string actor_of(const Caller& caller) {
    if (caller.is_operator()) return std::string(to_string(caller.kind));
    return "key:" + to_hex(caller.key);
}

}  // namespace tollgate
