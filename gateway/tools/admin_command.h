// `tollgate admin`: gets people in again from the host, whether a gateway runs or not.
#pragma once

#include <string>

#include "gateway/host/host_acts.h"
#include "store/status.h"

namespace tollgate {

struct AdminCommand {
    std::string data_dir;
    HostAct act;
    std::string base_url;  // that links begin with, where no gateway runs
};
// Prints what there is to pass on.
Status admin_command(const AdminCommand& command);

}  // namespace tollgate
