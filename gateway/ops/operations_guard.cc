#include "gateway/ops/operations_guard.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>

namespace tollgate {
namespace {

std::string_view without_port(std::string_view host) {
    if (!host.starts_with('[')) return host.substr(0, host.find(':'));
    const auto end = host.find(']');
    const std::string_view rest = host.substr(end == std::string_view::npos ? host.size() : end + 1);
    const bool only_a_port = rest.empty() || rest.starts_with(':');
    return only_a_port && end != std::string_view::npos ? host.substr(1, end - 1) : host;
}

bool same_name(std::string_view left, std::string_view right) {
    const auto lower = [](char letter) { return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter; };
    return std::ranges::equal(left, right, {}, lower, lower);
}

bool is_known(std::string_view host, std::span<const std::string> hosts) {
    const std::string_view name = without_port(host);
    boost::system::error_code not_an_address;
    (void)boost::asio::ip::make_address(std::string(name), not_an_address);
    if (!not_an_address || same_name(name, "localhost")) return true;
    return std::ranges::any_of(hosts, [name](const std::string& known) { return same_name(name, known); });
}

}  // namespace

std::string_view refusal_of(const OperationsRequest& request, std::span<const std::string> hosts) {
    if (request.has_origin) return "pages of browsers are not served here: Origin is refused";
    if (!request.host.empty() && !is_known(request.host, hosts)) {
        return "this Host is not known: use the address, or name it in operations.hosts";
    }
    if (request.changes && !request.has_operation_field) return "the field X-Tollgate-Operation is missing";
    return {};
}

}  // namespace tollgate
