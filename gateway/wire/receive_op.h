// Receives from a TCP socket, and learns in the same system call whether the socket is empty then.
//
// Asio tries a read before it waits for one. That fails for each answer that takes its time, with a system call of its
// own. It does not try where the last operation said that nothing was left, but its own receive operation never says
// so. This one does, for buffers of its own type: the kernel tells with the bytes how many more there are (TCP_INQ; 1
// also stands for the end of the stream). A short read alone would not do: the end of the stream may have come with the
// bytes, and the reactor is told of that only once. A reset that comes with the bytes is not told of here: whoever
// waits for a socket of others for long has to look at it now and then (Stream::is_broken).
#pragma once

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/detail/reactive_socket_recv_op.hpp>
#include <boost/asio/error.hpp>
#include <cerrno>
#include <cstring>

#include "gateway/wire/system_calls.h"

namespace tollgate::wire {

// Makes the kernel tell. Where it can't, reads are tried as Asio does.
inline void report_what_is_left(int descriptor) {
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_INQ, &on, sizeof on);
}

// A buffer sequence of one buffer. Reading into it is what chooses the operation below.
class ReceiveBuffer {
  public:
    using value_type = boost::asio::mutable_buffer;
    using const_iterator = const value_type*;

    ReceiveBuffer(char* data, std::size_t size) : buffer_(data, size) {}
    const_iterator begin() const { return &buffer_; }
    const_iterator end() const { return &buffer_ + 1; }

  private:
    value_type buffer_;
};

// The bytes received, -1 with errno set, or 0 at the end of the stream. `empty` is true if nothing is left to receive.
inline ssize_t receive(int descriptor, boost::asio::mutable_buffer buffer, bool& empty) {
    iovec vector{buffer.data(), buffer.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control;
    msghdr message{};
    message.msg_iov = &vector;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t bytes = 0;
    do {
        bytes = receive_message(descriptor, message, 0);
    } while (bytes < 0 && errno == EINTR);
    const cmsghdr* const left = CMSG_FIRSTHDR(&message);
    int left_bytes = 1;
    if (bytes > 0 && left != nullptr && left->cmsg_level == IPPROTO_TCP && left->cmsg_type == TCP_CM_INQ)
        std::memcpy(&left_bytes, CMSG_DATA(left), sizeof left_bytes);
    empty = left_bytes == 0;
    return bytes;
}

}  // namespace tollgate::wire

namespace boost::asio::detail {

template <>
class reactive_socket_recv_op_base<tollgate::wire::ReceiveBuffer> : public reactor_op {
  public:
    reactive_socket_recv_op_base(const boost::system::error_code& success, socket_type socket, socket_ops::state_type,
                                 const tollgate::wire::ReceiveBuffer& buffer, socket_base::message_flags,
                                 func_type complete)
        : reactor_op(success, &reactive_socket_recv_op_base::do_perform, complete), socket_(socket), buffer_(buffer) {}

  private:
    static status do_perform(reactor_op* base) {
        auto* const self = static_cast<reactive_socket_recv_op_base*>(base);
        bool empty = false;
        const ssize_t bytes = tollgate::wire::receive(self->socket_, *self->buffer_.begin(), empty);
        if (bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return not_done;
        self->bytes_transferred_ = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
        if (bytes < 0) {
            self->ec_ = boost::system::error_code(errno, boost::system::system_category());
        } else if (bytes == 0) {
            self->ec_ = boost::asio::error::eof;
        } else {
            self->ec_ = {};
        }
        return empty || bytes == 0 ? done_and_exhausted : done;
    }

    socket_type socket_;
    tollgate::wire::ReceiveBuffer buffer_;
};

}  // namespace boost::asio::detail
