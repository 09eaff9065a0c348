#include "gateway/client/client_address.h"

#include <string>
#include <string_view>

#include "gateway/text/ascii.h"

namespace tollgate {
namespace {

// The addresses of a line, from its end, until one is no proxy's or nothing is left.
class BackwardWalk {
  public:
    BackwardWalk(const wire::IpAddress& peer, const wire::Networks& trusted) : last_(peer), trusted_(trusted) {}

    // False: the client is found.
    bool go(std::string_view line) {
        while (true) {
            const auto comma = line.rfind(',');
            const std::string_view text = without_blanks(line.substr(comma == std::string_view::npos ? 0 : comma + 1));
            boost::system::error_code wrong;
            const auto address = boost::asio::ip::make_address(std::string(text), wrong);
            if (wrong) return false;
            last_ = address;
            if (!trusted_.contain(address)) return false;
            if (comma == std::string_view::npos) return true;
            line = line.substr(0, comma);
        }
    }
    const wire::IpAddress& last() const { return last_; }

  private:
    wire::IpAddress last_;
    const wire::Networks& trusted_;
};

}  // namespace

wire::IpAddress client_address(const wire::IpAddress& peer, const wire::RequestHead& head,
                               const wire::Networks& trusted_proxies) {
    if (trusted_proxies.empty() || !trusted_proxies.contain(peer)) return peer;
    BackwardWalk walk(peer, trusted_proxies);
    for (std::size_t i = head.field_count; i > 0; --i) {
        const wire::HeaderField& field = head.fields[i - 1];
        if (wire::equals_ignoring_case(field.name, "x-forwarded-for") && !walk.go(field.value)) break;
    }
    return walk.last();
}

}  // namespace tollgate
