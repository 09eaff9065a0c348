#include "gateway/log/log.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

namespace tollgate {
namespace {

// What a log writes while it lives, its times replaced by TIME.
class LogTest : public testing::Test {
  protected:
    LogTest() { EXPECT_EQ(::pipe(pipe_.data()), 0); }
    ~LogTest() override { ::close(pipe_[0]); }

    template <class Act>
    std::string written(const LogOptions& options, Act act) {
        {
            Log log(options, pipe_[1]);
            act(log);
        }
        ::close(pipe_[1]);
        std::string text;
        std::array<char, 4096> buffer{};
        for (ssize_t got = 0; (got = ::read(pipe_[0], buffer.data(), buffer.size())) > 0;) {
            text.append(buffer.data(), static_cast<std::size_t>(got));
        }
        return text;
    }

    static std::string without_times(std::string text) {
        static constexpr std::string_view kTime = "2026-11-28T18:36:37.123Z";
        for (std::size_t at = 0; (at = text.find("20", at)) != std::string::npos; ++at) {
            if (text.size() >= at + kTime.size() && text[at + 10] == 'T' && text[at + kTime.size() - 1] == 'Z') {
                text.replace(at, kTime.size(), "TIME");
            }
        }
        return text;
    }

    std::array<int, 2> pipe_{};
};

TEST_F(LogTest, ALineHasTimeLevelComponentAndMessage) {
    const std::string text = written({}, [](const Log& log) {
        log.logger(LogComponent::server).info("started");
        log.logger(LogComponent::worker).error("internal error", {{"request", "gen-1"}, {"what", "bad alloc"}});
    });
    EXPECT_EQ(without_times(text),
              "TIME info server: started\n"
              "TIME error worker: internal error request=gen-1 what=\"bad alloc\"\n");
}

TEST_F(LogTest, ALineMayBeJson) {
    const std::string text = written({.format = LogFormat::json}, [](const Log& log) {
        log.logger(LogComponent::ledger).warning("say \"no\"", {{"file", "a\nb"}});
    });
    EXPECT_EQ(without_times(text),
              "{\"time\":\"TIME\",\"level\":\"warning\",\"component\":\"ledger\",\"message\":\"say \\\"no\\\"\","
              "\"file\":\"a\\u000ab\"}\n");
}

TEST_F(LogTest, AMessageIsOneLine) {
    const std::string text = written({}, [](const Log& log) {
        log.logger(LogComponent::server).info("one\ntwo", {{"name", "a\nTIME error server: forged"}});
    });
    EXPECT_EQ(std::ranges::count(text, '\n'), 1) << text;
}

TEST_F(LogTest, LevelsAreByComponent) {
    LogOptions options{.level = LogLevel::warning};
    options.levels[static_cast<std::size_t>(LogComponent::ledger)] = LogLevel::debug;
    options.levels[static_cast<std::size_t>(LogComponent::worker)] = LogLevel::off;
    const std::string text = written(options, [](const Log& log) {
        log.logger(LogComponent::server).info("server info");
        log.logger(LogComponent::server).warning("server warning");
        log.logger(LogComponent::ledger).debug("ledger debug");
        log.logger(LogComponent::worker).error("worker error");
    });
    EXPECT_EQ(without_times(text), "TIME warning server: server warning\nTIME debug ledger: ledger debug\n");
}

TEST_F(LogTest, NothingWaitsForAReaderAndWhatIsDroppedIsCounted) {
    constexpr std::size_t kMessages = 4000;
    std::uint64_t dropped = 0;
    std::thread reader;
    std::string text;
    {
        const Log log({.max_queued_messages = 16}, pipe_[1]);
        const std::string long_message(1000, 'x');  // the pipe holds some 60 of them, and nobody reads
        for (std::size_t i = 0; i < kMessages; ++i) log.logger(LogComponent::worker).info(long_message);
        dropped = log.dropped();
        reader = std::thread([&] {
            std::array<char, 4096> buffer{};
            for (ssize_t got = 0; (got = ::read(pipe_[0], buffer.data(), buffer.size())) > 0;) {
                text.append(buffer.data(), static_cast<std::size_t>(got));
            }
        });
    }
    ::close(pipe_[1]);
    reader.join();
    EXPECT_GT(dropped, kMessages / 2);
    EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(text, '\n')) + dropped, kMessages);
}

TEST_F(LogTest, LevelsMayChange) {
    const std::string text = written({.level = LogLevel::error}, [](Log& log) {
        const Logger logger = log.logger(LogComponent::worker);
        logger.info("first");
        log.set_levels({.level = LogLevel::info});
        logger.info("second");
        log.set_levels({.level = LogLevel::info, .levels = {std::nullopt, LogLevel::error, std::nullopt}});
        logger.info("third");
    });
    EXPECT_EQ(text.find("first"), std::string::npos);
    EXPECT_NE(text.find("second"), std::string::npos);
    EXPECT_EQ(text.find("third"), std::string::npos);
}

TEST_F(LogTest, AnythingMaySpeakAtOnce) {
    const std::string text = written({}, [](const Log& log) {
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([logger = log.logger(LogComponent::worker)] {
                for (int n = 0; n < 50; ++n) logger.info("hello");
            });
        }
        for (auto& thread : threads) thread.join();
    });
    EXPECT_EQ(std::ranges::count(text, '\n'), 200);
}

TEST(Logger, OneMadeOfNothingSaysNothing) {
    testing::internal::CaptureStderr();
    Logger().error("unheard");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace tollgate
