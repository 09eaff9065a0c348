#include "gateway/log/log.h"

#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "gateway/text/json_writer.h"
#include "gateway/text/time_text.h"

namespace tollgate {
namespace {

spdlog::level::level_enum of_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
        case LogLevel::off:
            return spdlog::level::off;
    }
    return spdlog::level::off;
}

std::string_view name_of(spdlog::level::level_enum level) {
    switch (level) {
        case spdlog::level::debug:
            return "debug";
        case spdlog::level::warn:
            return "warning";
        case spdlog::level::err:
            return "error";
        default:
            return "info";
    }
}

bool is_plain(std::string_view text) {
    for (const char letter : text) {
        if (static_cast<unsigned char>(letter) <= ' ' || letter == '"' || letter == '\\' || letter == '=') return false;
    }
    return !text.empty();
}

void append_text(std::string& out, std::string_view message, Logger::Fields fields) {
    for (const char letter : message) {  // one message is one line
        out += static_cast<unsigned char>(letter) < ' ' ? ' ' : letter;
    }
    for (const LogField& field : fields) {
        out += ' ';
        out += field.name;
        out += '=';
        if (is_plain(field.value)) {
            out += field.value;
        } else {
            append_json_string(out, field.value);
        }
    }
}

void append_json(std::string& out, std::string_view message, Logger::Fields fields) {
    out += "\"message\":";
    append_json_string(out, message);
    for (const LogField& field : fields) {
        out += ',';
        append_json_string(out, field.name);
        out += ':';
        append_json_string(out, field.value);
    }
}

// Only the log's thread calls it. It gives up on a line that cannot be written: the gateway runs without a log.
class LineSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  public:
    LineSink(int descriptor, LogFormat format) : descriptor_(descriptor), format_(format) {}

  private:
    void sink_it_(const spdlog::details::log_msg& message) override {
        using std::chrono::milliseconds;
        const std::string time =
            rfc3339(std::chrono::duration_cast<milliseconds>(message.time.time_since_epoch()).count());
        const std::string_view level = name_of(message.level);
        const std::string_view component(message.logger_name.data(), message.logger_name.size());
        const bool json = format_ == LogFormat::json;
        line_.clear();
        line_.append(json ? R"({"time":")" : "").append(time);
        line_.append(json ? R"(","level":")" : " ").append(level);
        line_.append(json ? R"(","component":")" : " ").append(component);
        line_.append(json ? R"(",)" : ": ").append(message.payload.data(), message.payload.size());
        line_.append(json ? "}\n" : "\n");
        std::string_view left = line_;
        while (!left.empty()) {
            const ssize_t written = ::write(descriptor_, left.data(), left.size());
            if (written < 0 && errno != EINTR) return;
            if (written > 0) left.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void flush_() override {}

    const int descriptor_;
    const LogFormat format_;
    std::string line_;
};

}  // namespace

// What one component writes to.
struct Logger::Channel {
    LogFormat format;
    std::shared_ptr<spdlog::async_logger> lines;
};

struct Log::State {
    State(const LogOptions& options, int descriptor)
        : thread(std::make_shared<spdlog::details::thread_pool>(options.max_queued_messages, 1)) {
        const auto sink = std::make_shared<LineSink>(descriptor, options.format);
        for (std::size_t i = 0; i < channels.size(); ++i) {
            const auto lines = std::make_shared<spdlog::async_logger>(std::string(kLogComponentNames[i]), sink, thread,
                                                                      spdlog::async_overflow_policy::overrun_oldest);
            lines->set_level(of_spdlog(options.level_of(static_cast<LogComponent>(i))));
            channels[i] = {options.format, lines};
        }
    }

    std::shared_ptr<spdlog::details::thread_pool> thread;  // with its queue; ends when everything is written
    std::array<Logger::Channel, kLogComponentNames.size()> channels;
};

Log::Log(const LogOptions& options, int descriptor) : state_(std::make_unique<State>(options, descriptor)) {}

Log::~Log() = default;

Logger Log::logger(LogComponent component) const {
    return Logger(&state_->channels[static_cast<std::size_t>(component)]);
}

void Log::set_levels(const LogOptions& options) {
    for (std::size_t i = 0; i < kLogComponentNames.size(); ++i) {
        state_->channels[i].lines->set_level(of_spdlog(options.level_of(static_cast<LogComponent>(i))));
    }
}

std::uint64_t Log::dropped() const { return state_->thread->overrun_counter(); }

void Logger::say(LogLevel level, std::string_view message, Fields fields) const {
    if (channel_ == nullptr || !channel_->lines->should_log(of_spdlog(level))) return;
    std::string line;
    if (channel_->format == LogFormat::json) {
        append_json(line, message, fields);
    } else {
        append_text(line, message, fields);
    }
    channel_->lines->log(of_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace tollgate
