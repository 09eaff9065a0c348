// Socket calls as the kernel has them. glibc's are cancellation points: in a program of several threads each turns
// cancelling on and off around the call, at a twentieth of what a small send costs. No thread here is ever cancelled.
#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace tollgate::wire {

// All return what send(2), sendmsg(2), recv(2) and recvmsg(2) do, with errno.
inline ssize_t send_bytes(int descriptor, const char* data, std::size_t size, int flags) {
    return ::syscall(SYS_sendto, descriptor, data, size, flags, nullptr, 0);
}
inline ssize_t send_message(int descriptor, const msghdr& message, int flags) {
    return ::syscall(SYS_sendmsg, descriptor, &message, flags);
}
inline ssize_t receive_bytes(int descriptor, char* data, std::size_t size, int flags) {
    return ::syscall(SYS_recvfrom, descriptor, data, size, flags, nullptr, nullptr);
}
inline ssize_t receive_message(int descriptor, msghdr& message, int flags) {
    return ::syscall(SYS_recvmsg, descriptor, &message, flags);
}

}  // namespace tollgate::wire
