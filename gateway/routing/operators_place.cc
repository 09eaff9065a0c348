#include "gateway/routing/operators_place.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "gateway/text/ascii.h"
#include "gateway/wire/asio.h"

namespace tollgate {
namespace {

std::string origin_of(const Provider& provider) {
    BaseUrl base;
    base.tls = provider.tls;
    base.host = provider.host;
    base.port = provider.port;
    return base.origin();
}

bool has_account(const Provider& provider) {
    return provider.config == nullptr || provider.config->has_key() || !provider.config->google_key_file.empty();
}

// Of an address, or of a name that is this machine's everywhere (RFC 6761 6.3).
std::optional<wire::IpAddress> written_address(const std::string& host) {
    const std::string small = ascii_lower(host);
    if (small == "localhost" || small.ends_with(".localhost")) return wire::asio::ip::address_v4::loopback();
    boost::system::error_code is_a_name;
    const auto address = wire::asio::ip::make_address(host, is_a_name);
    return is_a_name ? std::nullopt : std::optional(address);
}

bool is_written_as_same(const Provider& one, const BaseUrl& base) {
    if (one.port != base.port) return false;
    const auto its = written_address(one.host), other = written_address(base.host);
    return its && other && wire::is_same({*its, 0}, {*other, 0});
}

}  // namespace

const Provider* operators_at(const Catalogue& operators, std::string_view name, const BaseUrl& base) {
    const Provider* const provider = operators.provider(name);
    const bool is_there =
        provider != nullptr && origin_of(*provider) == base.origin() && provider->base_path == base.path;
    return is_there ? provider : nullptr;
}

Status check_tells_accounts_apart(const Catalogue& operators, const BaseUrl& base) {
    const std::string origin = base.origin();
    const auto found = std::ranges::find_if(operators.providers(), [&](const Provider& one) {
        return !has_account(one) && (origin_of(one) == origin || is_written_as_same(one, base));
    });
    if (found == operators.providers().end()) return {};
    return {StatusCode::invalid, "the operator calls the provider " + found->name + " at " + origin_of(*found) +
                                     " without a key: the server does not tell accounts apart, and takes no own key"};
}

std::vector<wire::ServerAddress> servers_without_accounts(const Catalogue& operators, const std::string& port) {
    std::vector<wire::ServerAddress> servers;
    wire::asio::io_context io(1);
    wire::asio::ip::tcp::resolver resolver(io);
    for (const Provider& one : operators.providers()) {
        if (has_account(one) || one.port != port) continue;
        boost::system::error_code unknown;
        for (const auto& found : resolver.resolve(one.host, one.port, unknown)) {
            servers.push_back({found.endpoint().address(), found.endpoint().port()});
        }
    }
    return servers;
}

}  // namespace tollgate
