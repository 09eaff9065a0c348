// The master keys of the configuration: read at the start and at each reload, and put in force while requests run.
#pragma once

#include <memory>

#include "accounting/accounts/accounts.h"
#include "accounting/secrets/master_key.h"
#include "gateway/config/config.h"
#include "gateway/log/log.h"
#include "store/status.h"

namespace tollgate {

// Takes its key out of the environment, so that no child, and nobody who looks at the process, finds it there.
inline constexpr auto kMasterKeyVariable = "TOLLGATE_MASTER_KEY";

// Those that the files hold; null: none is named. Messages name the file.
Result<std::shared_ptr<const MasterKeys>> read_master_keys(const SecretsConfig& config);

// At the start, from the files or the environment. Where there is neither, nothing can be sealed, and that is no error.
// invalid where stored secrets need another one: a gateway that went on would seal new ones by a key that nobody meant.
Status open_vault(Accounts& accounts, const SecretsConfig& config, const Logger& logger);

// Puts the keys in force and wraps by the current one what another wraps. The one that was current until now goes on
// opening what it has wrapped. Null changes nothing. What goes wrong is logged, and done at the next reload or start.
void use_master_keys(Accounts& accounts, const std::shared_ptr<const MasterKeys>& keys, const Logger& logger);

}  // namespace tollgate
