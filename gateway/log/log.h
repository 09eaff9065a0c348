// What the program says to its operator: lines on standard error, with time, level and component. A message is queued
// without waiting and written by a thread of the log; no line holds a secret, a prompt or an answer.
//
//   const Logger logger = log.logger(LogComponent::worker);
//   logger.error("internal error", {{"request", id}, {"what", problem.what()}});
//
//   2026-11-28T18:36:37.123Z error worker: internal error request=gen-01JD... what="bad allocation"
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>

namespace tollgate {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };
inline constexpr std::array<std::string_view, 5> kLogLevelNames = {"debug", "info", "warning", "error", "off"};

enum class LogComponent : std::uint8_t { server, worker, ledger, mail };
inline constexpr std::array<std::string_view, 4> kLogComponentNames = {"server", "worker", "ledger", "mail"};

enum class LogFormat : std::uint8_t { text, json };

struct LogOptions {
    LogFormat format = LogFormat::text;
    LogLevel level = LogLevel::info;
    std::array<std::optional<LogLevel>, kLogComponentNames.size()> levels = {};  // by component, instead of `level`
    std::uint32_t max_queued_messages = 1024;  // beyond this the oldest are dropped and counted

    LogLevel level_of(LogComponent component) const {
        return levels[static_cast<std::size_t>(component)].value_or(level);
    }
};

struct LogField {
    std::string_view name;   // one of our own words
    std::string_view value;  // UTF-8
};

// Says something for one component. A value: copy it. It must not outlive its log; made of nothing, it says nothing.
class Logger {
  public:
    using Fields = std::initializer_list<LogField>;

    Logger() = default;

    // Any thread; does not wait. UTF-8; control characters become spaces.
    void debug(std::string_view message, Fields fields = {}) const { say(LogLevel::debug, message, fields); }
    void info(std::string_view message, Fields fields = {}) const { say(LogLevel::info, message, fields); }
    void warning(std::string_view message, Fields fields = {}) const { say(LogLevel::warning, message, fields); }
    void error(std::string_view message, Fields fields = {}) const { say(LogLevel::error, message, fields); }

  private:
    friend class Log;
    struct Channel;
    explicit Logger(const Channel* channel) : channel_(channel) {}
    void say(LogLevel level, std::string_view message, Fields fields) const;

    const Channel* channel_ = nullptr;  // the log's
};

// The queue, its thread and the place that lines go to.
class Log {
  public:
    // Writes to `descriptor`, which stays the caller's.
    explicit Log(const LogOptions& options, int descriptor = 2);
    // Writes what is queued.
    ~Log();
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    Logger logger(LogComponent component) const;
    void set_levels(const LogOptions& options);  // what else is in them stays as it was; any thread
    std::uint64_t dropped() const;               // messages, since the start; any thread

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tollgate
