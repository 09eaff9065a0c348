#include "gateway/tools/admin_command.h"

#include <cstdio>

#include "accounting/accounts/accounts.h"
#include "gateway/host/host_socket.h"
#include "gateway/wire/clock.h"
#include "store/data_directory.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

Result<std::string> perform_on_files(const AdminCommand& command) {
    if (!is_initialized(command.data_dir)) {
        return failure(StatusCode::not_found, command.data_dir + " has no data: make them by `tollgate init`");
    }
    auto store = RocksStore::open(command.data_dir);
    if (!store) return std::unexpected(store.error());
    CreditTable credits;
    const auto accounts = Accounts::load(**store, credits);
    if (!accounts) return std::unexpected(accounts.error());
    return perform(**accounts, command.act, command.base_url, wire::unix_ms_now());
}

}  // namespace

Status admin_command(const AdminCommand& command) {
    auto done = ask_host_socket(command.data_dir, command.act);
    if (!done && done.error().code() == StatusCode::not_found) done = perform_on_files(command);
    if (!done) return done.error();
    std::printf("%s\n", done->c_str());
    return {};
}

}  // namespace tollgate
