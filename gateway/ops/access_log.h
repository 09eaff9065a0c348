// The access log: one JSON line per request, gathered per worker and written by one side thread. Never holds a secret,
// a prompt or an answer.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "store/status.h"

namespace tollgate {

inline constexpr std::size_t kLogBatchBytes = 64 * 1024;           // a worker hands over what it gathered at this size
inline constexpr std::size_t kLogBacklogBytes = 16 * 1024 * 1024;  // beyond this, lines are dropped and counted

class AccessLog {
  public:
    // "-": standard output, "off": nothing, else a file that is appended to (0640).
    static Result<std::unique_ptr<AccessLog>> open(const std::string& where);
    ~AccessLog();
    AccessLog(const AccessLog&) = delete;
    AccessLog& operator=(const AccessLog&) = delete;

    // Goes on with the file that has the log's name now: the old one was renamed. On failure with the old one. Any
    // thread; blocks.
    Status reopen();

    bool enabled() const { return descriptor_ >= 0; }
    // Takes the lines; `lines` is empty after. False if they were dropped because the disk does not keep up. Any
    // thread.
    bool hand_over(std::string& lines);

  private:
    AccessLog(std::string file, int descriptor);
    void run();

    const std::string file_;  // empty: none
    const int descriptor_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::string waiting_;    // guarded by mutex_
    bool stopping_ = false;  // guarded by mutex_
    std::thread thread_;
};

}  // namespace tollgate
