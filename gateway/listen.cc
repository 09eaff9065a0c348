#include "gateway/listen.h"

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

std::string url_of(const wire::Acceptor& acceptor, bool tls) {
    const auto endpoint = acceptor.local_endpoint();
    const std::string host =
        endpoint.address().is_v6() ? "[" + endpoint.address().to_string() + "]" : endpoint.address().to_string();
    return (tls ? "https://" : "http://") + host + ":" + std::to_string(endpoint.port());
}

}  // namespace tollgate
