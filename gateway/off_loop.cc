#include "gateway/off_loop.h"

#include <boost/asio/post.hpp>
#include <exception>

#include "gateway/client/connection.h"
#include "gateway/worker.h"

namespace tollgate {

wire::Awaitable<void> off_loop(Connection& connection, const std::function<void()>& work) {
    Worker& worker = connection.worker();
    wire::Timer done(worker.io(), wire::Clock::time_point::max());
    std::exception_ptr failed;
    worker.services().parsing->post(connection.request.principal.organization, [&] {
        try {
            work();
        } catch (...) {
            failed = std::current_exception();
        }
        wire::asio::post(worker.io(), [&done] { done.cancel(); });
    });
    (void)co_await done.async_wait(wire::kAwait);
    if (failed) std::rethrow_exception(failed);
}

}  // namespace tollgate
