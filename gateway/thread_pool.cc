#include "gateway/thread_pool.h"

#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utility>

namespace tollgate {
namespace {

constexpr int kBackgroundNice = 10;

// Linux keeps both for each thread. Where they are not permitted the thread runs as any other.
void give_way() {
    const sched_param none{};
    (void)::pthread_setschedparam(::pthread_self(), SCHED_BATCH, &none);
    (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), kBackgroundNice);
}

}  // namespace

ThreadPool::ThreadPool(std::string name, std::size_t threads, Priority priority)
    : name_(std::move(name)), size_(threads), priority_(priority), context_(static_cast<int>(threads)) {}

ThreadPool::~ThreadPool() { stop(); }

void ThreadPool::start() {
    for (std::size_t number = 0; number < size_; ++number) {
        threads_.emplace_back([this, number] { run(number); });
    }
}

void ThreadPool::run(std::size_t number) {
    const std::string name = size_ == 1 ? name_ : name_ + "-" + std::to_string(number);
    ::pthread_setname_np(::pthread_self(), name.c_str());
    if (priority_ == Priority::background) give_way();
    context_.run();
}

void ThreadPool::stop() {
    work_.reset();
    context_.stop();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

}  // namespace tollgate
