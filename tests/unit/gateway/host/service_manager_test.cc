#include "gateway/host/service_manager.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace tollgate {
namespace {

constexpr int kFirst = 200;  // a free descriptor, in the place of 3

class ServiceManagerTest : public testing::Test {
  protected:
    ~ServiceManagerTest() override {
        for (const char* name :
             {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) {
            ::unsetenv(name);
        }
    }

    static void set(const char* name, const std::string& value) { ::setenv(name, value.c_str(), 1); }
    static std::string here() { return std::to_string(::getpid()); }
    // The socket of a manager, in the abstract namespace.
    static int receiver(const std::string& name) {
        const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
        sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
        name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
        EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size), 0);
        return socket;
    }
    static std::string received(int socket) {
        std::array<char, 256> bytes{};
        const auto count = ::recv(socket, bytes.data(), bytes.size(), 0);
        return count < 0 ? "nothing" : std::string(bytes.data(), static_cast<std::size_t>(count));
    }
    static std::string why_not() {
        const auto manager = ServiceManager::from_environment(kFirst);
        return manager ? "it is taken" : manager.error().message();
    }
};

TEST_F(ServiceManagerTest, WithoutVariablesThereIsNone) {
    auto manager = ServiceManager::from_environment(kFirst);
    ASSERT_TRUE(manager);
    manager->tell("READY=1");
    EXPECT_EQ(manager->watchdog(), std::nullopt);
    EXPECT_EQ(manager->take_socket("listen"), std::nullopt);
    EXPECT_EQ(manager->sockets_left(), "");
}

TEST_F(ServiceManagerTest, IsToldOnItsSocket) {
    const std::string name = "tollgate-test-" + here();
    const int socket = receiver(name);
    set("NOTIFY_SOCKET", "@" + name);
    const auto manager = ServiceManager::from_environment(kFirst);
    ASSERT_TRUE(manager);
    manager->tell("READY=1\nSTATUS=serving");
    EXPECT_EQ(received(socket), "READY=1\nSTATUS=serving");
    ::close(socket);
    manager->tell("STOPPING=1");  // nobody listens any more
}

TEST_F(ServiceManagerTest, IsTakenOutOfTheEnvironment) {
    set("NOTIFY_SOCKET", "/run/nobody");
    set("WATCHDOG_USEC", "1000");
    ASSERT_TRUE(ServiceManager::from_environment(kFirst));
    EXPECT_EQ(::getenv("NOTIFY_SOCKET"), nullptr);
    EXPECT_EQ(::getenv("WATCHDOG_USEC"), nullptr);
}

TEST_F(ServiceManagerTest, WatchesThisProcessAlone) {
    set("WATCHDOG_USEC", "30000000");
    EXPECT_EQ(ServiceManager::from_environment(kFirst)->watchdog(), std::chrono::seconds(30));
    set("WATCHDOG_USEC", "30000000");
    set("WATCHDOG_PID", here());
    EXPECT_EQ(ServiceManager::from_environment(kFirst)->watchdog(), std::chrono::seconds(30));
    set("WATCHDOG_USEC", "30000000");
    set("WATCHDOG_PID", "1");
    EXPECT_EQ(ServiceManager::from_environment(kFirst)->watchdog(), std::nullopt);
}

TEST_F(ServiceManagerTest, SocketsHaveNamesAndAreTakenOnce) {
    ASSERT_EQ(::dup2(::socket(AF_INET, SOCK_STREAM, 0), kFirst), kFirst);
    ASSERT_EQ(::dup2(::socket(AF_INET6, SOCK_STREAM, 0), kFirst + 1), kFirst + 1);
    set("LISTEN_FDS", "2");
    set("LISTEN_PID", here());
    set("LISTEN_FDNAMES", "operations_listen:listen");
    auto manager = ServiceManager::from_environment(kFirst);
    ASSERT_TRUE(manager);
    EXPECT_EQ(manager->take_socket("listen"), kFirst + 1);
    EXPECT_EQ(manager->take_socket("listen"), std::nullopt);
    EXPECT_EQ(manager->sockets_left(), "operations_listen");
    EXPECT_EQ(manager->take_socket("operations_listen"), kFirst);
    ::close(kFirst);
    ::close(kFirst + 1);
}

TEST_F(ServiceManagerTest, SocketsOfAnotherProcessAreLeftAlone) {
    set("LISTEN_FDS", "1");
    set("LISTEN_PID", "1");
    set("LISTEN_FDNAMES", "listen");
    EXPECT_EQ(ServiceManager::from_environment(kFirst)->take_socket("listen"), std::nullopt);
}

TEST_F(ServiceManagerTest, WhatMeansNothingFails) {
    set("NOTIFY_SOCKET", "vsock:2:1234");
    EXPECT_THAT(why_not(), testing::HasSubstr("NOTIFY_SOCKET"));
    set("NOTIFY_SOCKET", "/" + std::string(200, 'x'));
    EXPECT_THAT(why_not(), testing::HasSubstr("NOTIFY_SOCKET"));
    set("WATCHDOG_USEC", "soon");
    EXPECT_THAT(why_not(), testing::HasSubstr("WATCHDOG_USEC"));
    set("LISTEN_FDS", "1000");
    EXPECT_THAT(why_not(), testing::HasSubstr("too many"));
    set("LISTEN_FDS", "1");
    EXPECT_THAT(why_not(), testing::HasSubstr("LISTEN_FDNAMES"));
    set("LISTEN_FDS", "1");
    set("LISTEN_FDNAMES", "listen");
    EXPECT_THAT(why_not(), testing::HasSubstr("not open"));
}

}  // namespace
}  // namespace tollgate
