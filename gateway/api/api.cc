#include "gateway/api/api.h"

#include "gateway/text/time_text.h"
#include "gateway/worker.h"

namespace tollgate {

ApiAnswer api_error(const Status& status) {
    switch (status.code()) {
        case StatusCode::not_found:
        case StatusCode::expired:
            return api_error(ErrorKind::not_found, status.message());
        case StatusCode::already_exists:
        case StatusCode::stale:
            return api_error(ErrorKind::conflict, status.message());
        case StatusCode::invalid:
            return api_error(ErrorKind::invalid_request, status.message());
        case StatusCode::full:
            return api_error(ErrorKind::invalid_request, status.message());
        default:
            return api_error(ErrorKind::store_unavailable, "the store cannot be used now: " + status.message());
    }
}

std::string_view take_segment(std::string_view& path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

ApiAnswer json_answer(JsonWriter& json, int status) {
    ApiAnswer answer;
    answer.status = status;
    answer.body = json.take();
    return answer;
}

Error check_access(const Services& services, const Caller& caller, Permission permission,
                   const std::optional<Id128>& organization) {
    const Access access = access_to(organization.value_or(Id128{}), caller, permission);
    if (access == Access::denied) return {ErrorKind::permission_denied, std::string(denial(permission))};
    if (access == Access::unknown_organization || !organization ||
        services.accounts->directory()->find_organization(*organization) == nullptr) {
        return {ErrorKind::not_found, "there is no such organization"};
    }
    return {};
}

}  // namespace tollgate
