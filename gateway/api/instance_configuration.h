// The configuration that is in force, for the instance's operator: where each value comes from, and never a secret; and
// the catalogue.
#pragma once

#include <array>

#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_configuration(Call& call);

inline constexpr std::array kConfiguredOptionFields = {
    fields::text("name").note("With the sections that it is in, as limits.max_connections"),
    fields::text("meaning").or_null(),
    fields::text("value").or_null().note("As the file would have it; null: empty, or a secret"),
    fields::text("default").or_null().note("The same"),
    fields::text("source")
        .one_of("default|file|environment")
        .note("environment: the file names a variable that is set"),
    fields::integer("line").or_null().note("Of the file"),
    fields::texts("environment").note("The variables that the file names for it"),
    fields::flag("secret").note("Its value is not shown"),
    fields::flag("set").note("Its value is not empty"),
    fields::flag("waits_for_restart").note("The file has changed, and a reload does not put it in force"),
};
inline constexpr Schema kConfiguredOption{"ConfiguredOption", kConfiguredOptionFields};

inline constexpr std::array kCatalogueFileFields = {
    fields::text("path").note("A file, or a directory of them"),
    fields::time("changed_at").or_null().note("Of the file that changed last; null: it cannot be read now")};
inline constexpr Schema kCatalogueFile{"CatalogueFile", kCatalogueFileFields};

inline constexpr std::array kCatalogueInForceFields = {
    fields::text("version").note("As its files say: the day of the prices. Of several, joined by +"),
    fields::integer("models"),
    fields::integer("callable_models").note("Those that a configured provider serves"),
    fields::integer("endpoints").note("Of those"),
    fields::list("files", kCatalogueFile),
};
inline constexpr Schema kCatalogueInForce{"CatalogueInForce", kCatalogueInForceFields};

inline constexpr std::array kInstanceConfigurationFields = {
    fields::text("file"),
    fields::time("read_at").note("At the start, or at the last reload"),
    fields::list("options", kConfiguredOption),
    fields::object("catalogue", kCatalogueInForce),
};
inline constexpr Schema kInstanceConfiguration{"InstanceConfiguration", kInstanceConfigurationFields};

}  // namespace tollgate
