#include "gateway/wire/stream.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <string>
#include <thread>

#include "gateway/wire/receive_op.h"

namespace tollgate::wire {
namespace {

// Two ends of a connection over loopback.
struct Pair {
    asio::io_context context{1};
    Socket near{context.get_executor()}, far{context.get_executor()};

    Pair() {
        Acceptor acceptor(context.get_executor(), Tcp::endpoint(asio::ip::address_v4::loopback(), 0));
        far.connect(acceptor.local_endpoint());
        acceptor.accept(near);
    }
    void send(std::string_view text) { asio::write(far, asio::buffer(text.data(), text.size())); }
    void send_end() { far.shutdown(Socket::shutdown_send); }
};

struct Reading {
    std::string text;
    ErrorCode error;
};

Awaitable<void> read(Stream& stream, std::size_t size, const std::function<void()>& after_each, Reading& reading) {
    std::string piece(size, '\0');
    while (!reading.error) {
        auto [error, bytes] = co_await stream.read_some(piece.data(), piece.size());
        reading.error = error;
        reading.text.append(piece, 0, bytes);
        if (!error) after_each();
    }
}

// Reads `near` to its end in pieces of at most `size` bytes.
Reading read_all(Pair& pair, std::size_t size, const std::function<void()>& after_each) {
    Stream stream(std::move(pair.near));
    Reading reading;
    asio::co_spawn(pair.context, read(stream, size, after_each, reading), asio::detached);
    pair.context.run_for(std::chrono::seconds(10));
    return reading;
}

TEST(Stream, TheEndIsSeenThoughItCameWithTheLastBytes) {
    Pair pair;
    pair.send("answer");
    pair.send_end();
    const auto [text, error] = read_all(pair, 1024, [] {});
    EXPECT_EQ(text, "answer");
    EXPECT_EQ(error, asio::error::eof);
}

TEST(Stream, BytesThatComeAfterTheSocketWasEmptyAreRead) {
    Pair pair;
    int sent = 0;
    pair.send("0");
    const auto [text, error] = read_all(pair, 1024, [&] {
        if (++sent < 5) return pair.send(std::to_string(sent));
        pair.send_end();
    });
    EXPECT_EQ(text, "01234");
    EXPECT_EQ(error, asio::error::eof);
}

TEST(Stream, WhatIsLongerThanTheBufferIsReadWhole) {
    Pair pair;
    const std::string sent(100'000, 'x');
    std::jthread writer([&] {
        pair.send(sent);
        pair.send_end();
    });
    const auto [text, error] = read_all(pair, 1000, [] {});
    EXPECT_EQ(text, sent);
    EXPECT_EQ(error, asio::error::eof);
}

TEST(Stream, AResetIsAnError) {
    Pair pair;
    pair.send("answer");
    pair.far.set_option(asio::socket_base::linger(true, 0));
    const auto [text, error] = read_all(pair, 1024, [&] { pair.far.close(); });
    EXPECT_EQ(text, "answer");
    EXPECT_EQ(error, asio::error::connection_reset);
}

TEST(Receive, SaysWhetherTheSocketIsEmptyThen) {
    Pair pair;
    std::array<char, 4> piece;
    bool empty = false;
    report_what_is_left(pair.near.native_handle());
    const auto next = [&] { return receive(pair.near.native_handle(), asio::buffer(piece), empty); };
    pair.send("12345");
    EXPECT_EQ(next(), 4);
    EXPECT_FALSE(empty);
    EXPECT_EQ(next(), 1);
    EXPECT_TRUE(empty);
    pair.send("123");
    pair.send_end();
    EXPECT_EQ(next(), 3);
    EXPECT_FALSE(empty) << "the end is left";
    EXPECT_EQ(next(), 0);
}

TEST(Receive, WithoutTheKernelsReportNothingIsSaidToBeEmpty) {
    Pair pair;
    std::array<char, 4> piece;
    bool empty = true;
    pair.send("1");
    EXPECT_EQ(receive(pair.near.native_handle(), asio::buffer(piece), empty), 1);
    EXPECT_FALSE(empty);
}

}  // namespace
}  // namespace tollgate::wire
