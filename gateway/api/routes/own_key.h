// What a key may know of itself.
#pragma once

#include "gateway/api/analytics.h"
#include "gateway/api/credits.h"
#include "gateway/api/generation.h"
#include "gateway/api/keys.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kOwnKeyRoutes[] = {
    {kGet, "/api/v1/key", "key", see_own_key, readers, {show_own_key},
     "Show the calling key", {.answer = &kOwnKeyData}},
    {kGet, "/api/v1/auth/key", "key", see_own_key, readers, {show_own_key},
     "Show the calling key", {.answer = &kOwnKeyData}},
    {kGet, "/api/v1/credits", "credits", see_own_credits, worker, {show_own_credits},
     "Show the credit of the calling key's organization", {.answer = &kOwnCreditsData}},
    {kGet, "/api/v1/generation", "generation", see_own_generation, readers, {show_generation},
     "Show a finished request", {.query = &kGenerationQuery, .answer = &kGenerationData}},
    {kGet, "/api/v1/activity", "activity", see_activity, readers, {show_daily_activity},
     "List usage by day, model and provider", {.query = &kDailyActivityQuery, .answer = &kDailyActivity}},
};
// clang-format on

}  // namespace tollgate::rows
