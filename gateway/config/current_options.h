// The options that are in force, for any thread: those of the start, with what reloads have put in force since.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "gateway/config/option_record.h"

namespace tollgate {

struct OptionsInForce {
    std::vector<OptionRecord> options;
    std::vector<std::string> catalogue;  // its files and directories
    std::int64_t read_ms = 0;            // Unix time at which the file was read
};

class CurrentOptions {
  public:
    // Never null once the program runs.
    std::shared_ptr<const OptionsInForce> get() const {
        const std::lock_guard lock(mutex_);
        return options_;
    }
    void set(OptionsInForce options) {
        auto made = std::make_shared<const OptionsInForce>(std::move(options));
        const std::lock_guard lock(mutex_);
        options_ = std::move(made);
    }

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const OptionsInForce> options_;  // guarded by mutex_
};

}  // namespace tollgate
