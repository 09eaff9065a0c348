#include "gateway/ops/access_log.h"

#include <pthread.h>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tollgate {

namespace {

int open_file(const std::string& file) { return ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640); }

Status cannot_open(const std::string& where) {
    return {StatusCode::io, "access_log " + where + ": " + std::strerror(errno)};
}

}  // namespace

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& where) {
    if (where == "off") return std::unique_ptr<AccessLog>(new AccessLog({}, -1));
    const bool is_file = where != "-";
    const int descriptor = is_file ? open_file(where) : ::dup(STDOUT_FILENO);
    if (descriptor < 0) return std::unexpected(cannot_open(where));
    return std::unique_ptr<AccessLog>(new AccessLog(is_file ? where : std::string(), descriptor));
}

Status AccessLog::reopen() {
    if (file_.empty()) return {};
    const int opened = open_file(file_);
    if (opened < 0) return cannot_open(file_);
    // The same descriptor means another file from one moment to the next: the writing thread need not know.
    const int replaced = ::dup3(opened, descriptor_, O_CLOEXEC);
    const Status status = replaced < 0 ? cannot_open(file_) : Status();
    ::close(opened);
    return status;
}

AccessLog::AccessLog(std::string file, int descriptor) : file_(std::move(file)), descriptor_(descriptor) {
    if (enabled()) {
        thread_ = std::thread([this] { run(); });
        pthread_setname_np(thread_.native_handle(), "access-log");
    }
}

AccessLog::~AccessLog() {
    if (!enabled()) return;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    ::close(descriptor_);
}

bool AccessLog::hand_over(std::string& lines) {
    bool taken = true;
    {
        const std::lock_guard lock(mutex_);
        taken = waiting_.size() + lines.size() <= kLogBacklogBytes;
        if (taken && waiting_.empty()) {
            waiting_.swap(lines);
        } else if (taken) {
            waiting_ += lines;
        }
    }
    lines.clear();
    wake_.notify_one();
    return taken;
}

void AccessLog::run() {
    std::string lines;
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        lines.clear();
        lines.swap(waiting_);
        lock.unlock();
        std::size_t written = 0;
        while (written < lines.size()) {
            const ssize_t step = ::write(descriptor_, lines.data() + written, lines.size() - written);
            if (step < 0 && errno != EINTR) break;  // a log that cannot be written must not stop the gateway
            if (step > 0) written += static_cast<std::size_t>(step);
        }
        lock.lock();
    }
}

}  // namespace tollgate
