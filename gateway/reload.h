// What SIGHUP puts in force while requests run: the configuration is read again, and everything in it that can change
// is built anew beside what is in use. Requests that run keep what they began with.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "accounting/secrets/master_key.h"
#include "gateway/config/config.h"
#include "gateway/routing/catalogue.h"
#include "store/status.h"

namespace tollgate {

struct Reloaded {
    std::shared_ptr<const Catalogue> catalogue;      // of the new prices, with the providers' new keys and flags
    std::shared_ptr<boost::asio::ssl::context> tls;  // null: plain HTTP
    std::shared_ptr<const MasterKeys> master_keys;   // that its files hold; null: it names none
    LogOptions log;                                  // its levels
    std::vector<OptionRecord> options;               // as the file has them
    std::vector<std::string> catalogue_paths;        // that `catalogue` was read from
    std::vector<std::string> waiting;                // options that changed and need a restart, by name
};

// Blocks. A failure names file and line; then nothing is to change. `running` is what the process was started with,
// `in_force` the catalogue that is used now, whose numbers and experience of each endpoint go on.
Result<Reloaded> read_again(const Config& running, const Catalogue& in_force);

// The parts of a start that need no listener: prices, providers, Git hosts, trust stores.
Status check(const Config& config);

// As a start and a reload need them. Providers must be where the models are that the price list has of them.
Result<std::vector<Provider>> resolve_providers(const Config& config, const PriceList& prices);
Result<std::shared_ptr<boost::asio::ssl::context>> load_tls(const Config& config);  // null: none is configured
std::int64_t expiry_of(boost::asio::ssl::context& tls);  // of its certificate, in Unix seconds

}  // namespace tollgate
