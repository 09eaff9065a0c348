// Threads for what must not run on a worker, because it blocks or takes long.
#pragma once

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "gateway/wire/asio.h"

namespace tollgate {

class ThreadPool {
  public:
    // How readily its threads give way to the workers.
    enum class Priority : bool { usual, background };

    ThreadPool(std::string name, std::size_t threads, Priority priority = Priority::usual);
    ~ThreadPool();  // stops it
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    wire::Executor executor() { return context_.get_executor(); }
    void start();
    // Ends what runs and leaves what waits undone.
    void stop();

  private:
    void run(std::size_t number);

    const std::string name_;  // of its threads; at most 12 bytes
    const std::size_t size_;
    const Priority priority_;
    wire::asio::io_context context_;
    wire::asio::executor_work_guard<wire::Executor> work_{context_.get_executor()};
    std::vector<std::thread> threads_;
};

}  // namespace tollgate
