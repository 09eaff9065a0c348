#include "gateway/routing/health/attempt_outcome.h"

#include <gtest/gtest.h>

#include <vector>

namespace tollgate {
namespace {

TEST(AttemptOutcome, D66_ABadRequestSaysNothingOfTheEndpoint) {
    for (const int status : {400, 403, 409, 413, 415, 422}) {
        EXPECT_EQ(outcome_of({.upstream_status = status, .error = ErrorKind::upstream_error}), AttemptOutcome::nothing)
            << status;
    }
}

TEST(AttemptOutcome, FailuresOfTheProviderAreAsOpenRouterCountsThem) {
    for (const int status : {401, 402, 404, 408, 424, 500, 502, 503, 504, 529}) {
        EXPECT_EQ(outcome_of({.upstream_status = status, .error = ErrorKind::upstream_error}), AttemptOutcome::failure)
            << status;
    }
    EXPECT_EQ(outcome_of({.upstream_status = 429, .error = ErrorKind::upstream_error}), AttemptOutcome::rate_limited);
    for (const ErrorKind kind : {ErrorKind::upstream_unreachable, ErrorKind::upstream_reset,
                                 ErrorKind::upstream_timeout, ErrorKind::upstream_invalid_response}) {
        EXPECT_EQ(outcome_of({.error = kind}), AttemptOutcome::failure);
    }
}

TEST(AttemptOutcome, D65_AStreamThatBreaksUnder200IsAFailure) {
    EXPECT_EQ(outcome_of({.upstream_status = 200}), AttemptOutcome::success);
    for (const ErrorKind kind :
         {ErrorKind::upstream_incomplete, ErrorKind::upstream_error, ErrorKind::upstream_reset}) {
        EXPECT_EQ(outcome_of({.upstream_status = 200, .error = kind}), AttemptOutcome::failure);
    }
    EXPECT_EQ(outcome_of({.upstream_status = 200, .ended_in_error = true}), AttemptOutcome::failure);
}

TEST(AttemptOutcome, D66_WhatIsToldUnderA200IsJudgedAsIfItHadItsStatus) {
    const auto told = [](int status) {
        return outcome_of({.upstream_status = 200, .error = ErrorKind::upstream_error, .meant_status = status});
    };
    for (const int status : {400, 403, 413, 422}) EXPECT_EQ(told(status), AttemptOutcome::nothing) << status;
    for (const int status : {0, 404, 500, 503, 529}) EXPECT_EQ(told(status), AttemptOutcome::failure) << status;
    EXPECT_EQ(told(429), AttemptOutcome::rate_limited);
    EXPECT_EQ(outcome_of({.upstream_status = 200, .error = ErrorKind::upstream_auth_failed, .meant_status = 400}),
              AttemptOutcome::failure);
    EXPECT_EQ(outcome_of({.upstream_status = 498, .error = ErrorKind::upstream_error, .meant_status = 503}),
              AttemptOutcome::failure)
        << "Groq's, of no capacity";
}

TEST(AttemptOutcome, D67_AClientsOwnImpatienceSaysNothingOfTheEndpoint) {
    EXPECT_EQ(outcome_of({.error = ErrorKind::upstream_timeout, .own_time_limit = true}), AttemptOutcome::nothing);
    EXPECT_EQ(outcome_of({.error = ErrorKind::client_closed_request, .client_left = true}), AttemptOutcome::nothing);
    EXPECT_EQ(outcome_of({.upstream_status = 200, .client_left = true}), AttemptOutcome::nothing);
    EXPECT_EQ(outcome_of({.upstream_status = 503, .error = ErrorKind::upstream_error, .client_left = true}),
              AttemptOutcome::failure)
        << "the provider failed before he left";
    EXPECT_EQ(outcome_of({.error = ErrorKind::shutting_down}), AttemptOutcome::nothing);
}

TEST(AttemptOutcome, D68_ANotFoundCountsForTheModelAloneNotForACallersObject) {
    EXPECT_EQ(outcome_of({.upstream_status = 404, .error = ErrorKind::upstream_error, .names_own_object = true}),
              AttemptOutcome::nothing);
    EXPECT_EQ(outcome_of({.upstream_status = 404, .error = ErrorKind::upstream_error}), AttemptOutcome::failure);
}

}  // namespace
}  // namespace tollgate
