// What only the operator of the instance asks.
#pragma once

#include "gateway/api/all_usage.h"
#include "gateway/api/audit.h"
#include "gateway/api/instance.h"
#include "gateway/api/instance_configuration.h"
#include "gateway/api/instance_providers.h"
#include "gateway/api/routes/row.h"

namespace tollgate::rows {

// clang-format off
inline constexpr Operation kOperatorRoutes[] = {
    {kGet, "/api/usage", "usage", manage_instance, readers, {list_usage_by_organization},
     "Sum what each organization used", {.query = &kAllUsageQuery, .answer = &kAllUsage, .csv = true}},
    {kGet, "/api/instance", "instance", manage_instance, readers, {show_instance},
     "Show what runs, and how it is", {.answer = &kInstance}},
    {kGet, "/api/instance/providers", "instance_providers", manage_instance, readers, {list_instance_providers},
     "List the configured providers with their health", {.answer = &kInstanceProviders}},
    {kGet, "/api/instance/configuration", "instance_configuration", manage_instance, readers, {show_configuration},
     "Show the configuration in force, without its secrets", {.answer = &kInstanceConfiguration}},
    {kGet, "/api/credits", "all_credits", manage_instance, readers, {show_all_credits},
     "Sum the credit of all organizations", {.answer = &kAllCredits}},
    {kGet, "/api/audit", "instance_audit", manage_instance, readers, {list_instance_audit},
     "List who changed what of the instance, the newest first",
     {.query = &kAuditQuery, .answer = &kAuditPage, .csv = true}},
    {kGet, "/api/audit/refusals", "instance_refusals", manage_instance, readers, {list_instance_refusals},
     "List who was refused what of the instance", {.query = &kRefusalsQuery, .answer = &kRefusalPage}},
};
// clang-format on

}  // namespace tollgate::rows
