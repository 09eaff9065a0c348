#include "gateway/routing/health/attempt_outcome.h"

namespace tollgate {
namespace {

constexpr int kTooMany = 429, kLeastServerError = 500, kNotFound = 404;

AttemptOutcome outcome_of_status(int status, bool names_own_object) {
    switch (status) {
        case 401:
        case 402:
        case 407:
        case 408:
        case 424:  // Bedrock's, of a model that failed
            return AttemptOutcome::failure;
        case kNotFound:
            return names_own_object ? AttemptOutcome::nothing : AttemptOutcome::failure;
        case kTooMany:
            return AttemptOutcome::rate_limited;
        default:
            return status >= kLeastServerError ? AttemptOutcome::failure : AttemptOutcome::nothing;
    }
}

}  // namespace

AttemptOutcome outcome_of(const AttemptFacts& facts) {
    constexpr int kLeastError = 400;
    const bool is_meant = facts.error == ErrorKind::upstream_error && facts.meant_status >= kLeastError;
    const int status = is_meant ? facts.meant_status : facts.upstream_status;
    if (status >= kLeastError) return outcome_of_status(status, facts.names_own_object);
    if (facts.ended_in_error) return AttemptOutcome::failure;
    if (facts.error == ErrorKind::none) {
        return facts.client_left ? AttemptOutcome::nothing : AttemptOutcome::success;
    }
    if (facts.client_left || facts.own_time_limit) return AttemptOutcome::nothing;
    return source_of(facts.error) == ErrorSource::upstream ? AttemptOutcome::failure : AttemptOutcome::nothing;
}

}  // namespace tollgate
