// `tollgate catalogue`: what a newer catalogue would change, and taking it.
#pragma once

#include <string>

#include "store/status.h"

namespace tollgate {

struct CatalogueCommand {
    std::string catalogue;  // the directory or file that is in use
    // A directory is a whole catalogue; a file changes and extends the one in use, as a later path of `catalogue:`
    // does.
    std::string newer;
};

// Prints what would be added, removed and changed. Fails where either cannot be read.
Status catalogue_diff_command(const CatalogueCommand& command);
// The same, then writes it in one step, with a new version: whoever reads at that time reads all of the old or all of
// the new one. Prints the version.
Status catalogue_take_command(const CatalogueCommand& command);

}  // namespace tollgate
