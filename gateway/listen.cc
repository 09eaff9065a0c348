#include "gateway/listen.h"

#include <sys/socket.h>
#include <unistd.h>

namespace tollgate {

Status listen(wire::Acceptor& acceptor, const std::string& name, const std::string& address) {
    const auto fail = [&](const std::string& what) {
        return Status(StatusCode::io, name + " " + address + ": " + what);
    };
    const auto colon = address.rfind(':');
    if (colon == std::string::npos) return fail("must be HOST:PORT");
    std::string host = address.substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    const std::string port = address.substr(colon + 1);
    wire::ErrorCode error;
    const auto ip = wire::asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
    if (error || port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != std::string::npos ||
        std::stoul(port) > 65535) {
        return fail("must be an IP address and a port");
    }
    const wire::Tcp::endpoint endpoint(ip, static_cast<std::uint16_t>(std::stoul(port)));
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(wire::asio::socket_base::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(wire::asio::socket_base::max_listen_connections, error);
    if (error == wire::asio::error::address_in_use) return fail("the port is in use by another program");
    return error ? fail(error.message()) : Status();
}

Status adopt_listening(wire::Acceptor& acceptor, const std::string& name, int descriptor) {
    const auto read = [descriptor](int option) {
        int value = -1;
        socklen_t size = sizeof value;
        return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
    };
    const int family = read(SO_DOMAIN);
    wire::ErrorCode error;
    if ((family == AF_INET || family == AF_INET6) && read(SO_PROTOCOL) == IPPROTO_TCP && read(SO_ACCEPTCONN) == 1) {
        acceptor.assign(family == AF_INET ? wire::Tcp::v4() : wire::Tcp::v6(), descriptor, error);
        if (!error) return {};
    }
    ::close(descriptor);
    return {StatusCode::invalid, "the socket that was handed over as " + name + " is no TCP socket that listens"};
}

std::string url_of(const wire::Acceptor& acceptor, bool tls) {
    const auto endpoint = acceptor.local_endpoint();
    const std::string host =
        endpoint.address().is_v6() ? "[" + endpoint.address().to_string() + "]" : endpoint.address().to_string();
    return (tls ? "https://" : "http://") + host + ":" + std::to_string(endpoint.port());
}

}  // namespace tollgate
