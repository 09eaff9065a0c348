// Store, slots, accounts and ledger, opened and recovered. Nothing listens before this is done.
#pragma once

#include <cstdint>

#include "gateway/services.h"
#include "store/status.h"

namespace tollgate {

// Fills the services that hold what is owned and owed, from `config.data_dir`. `invalid`: no instance has been made
// there.
Status open_books(Services& services, std::uint32_t workers);

}  // namespace tollgate
