#include "gateway/exchange/conclude.h"

#include "gateway/client/connection.h"
#include "gateway/worker.h"
#include "store/fail_point.h"

namespace tollgate {

bool Conclusion::settle(const Ending& ending) {
    connection_.expect_nobody();
    cost_ = held_.settle(ending);
    return !connection_.client_gone();
}

bool Conclusion::send_now() {
    if (connection_.worker().settles_to_disk()) return false;
    const bool sent = connection_.write_now(last_bytes_);
    if (sent) fail_point("after_terminal_bytes");
    return sent;
}

wire::Awaitable<void> Conclusion::finish() {
    Worker& worker = connection_.worker();
    bool sent = false;
    if (worker.settles_to_disk()) {
        const bool safe = co_await worker.settled_on_disk(held_.ticket());
        if (!safe) {
            connection_.request.reply.error = ErrorKind::store_unavailable;
            connection_.close_after = connection_.reset_on_close = true;
            co_return;
        }
        sent = connection_.write_now(last_bytes_);
    }
    if (!sent) co_await connection_.write_rest(last_bytes_);
    fail_point("after_terminal_bytes");
}

wire::Awaitable<void> conclude_failed(Connection& connection, HeldRequest& held, const Ending& ending) {
    Worker& worker = connection.worker();
    connection.expect_nobody();
    held.settle(ending);
    if (worker.settles_to_disk()) (void)co_await worker.settled_on_disk(held.ticket());
}

}  // namespace tollgate
