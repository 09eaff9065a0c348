// Organizations' own keys at providers, opened as requests need them, and the catalogue of each organization that has
// some: the operator's endpoints and its own. One table for all workers, bounded; what is in it was opened from the
// vault once, and is wiped when the key changes, ends or has not been used for long.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "accounting/accounts/directory.h"
#include "gateway/log/log.h"
#include "gateway/routing/catalogue.h"
#include "gateway/routing/own_key.h"

namespace tollgate {

struct Services;

class OwnKeys {
  public:
    static constexpr std::size_t kMostOrganizations = 512;  // with a catalogue of their own; the least used goes first
    static constexpr std::size_t kMostOpened = 2048;        // keys of all of them
    static constexpr std::size_t kMostAsked = 32;           // models of an organization's that no list names
    static constexpr std::int64_t kRetryMs = 10'000;        // after which a key that could not be opened is tried anew

    explicit OwnKeys(const Services& services);

    // What an organization's catalogue is made for.
    struct Wanted {
        Id128 organization;
        SharedProviderKeys keys;                        // of its policy; not null
        std::shared_ptr<const Catalogue> operators;     // in force
        std::span<const std::string_view> models = {};  // that the request names
        std::int64_t now_ms = 0;                        // monotonic
    };
    // Null: make() has to. Takes a short lock.
    std::shared_ptr<const Catalogue> find(const Wanted& wanted);
    // Blocks: opens secrets.
    std::shared_ptr<const Catalogue> make(const Wanted& wanted);

    // Lets go of what is of another list of keys than the directory has. Requests that run keep what they began with.
    void forget_changed(const Directory& directory);

  private:
    struct Entry {
        SharedProviderKeys keys;
        std::shared_ptr<const Catalogue> operators;
        std::vector<std::string> asked;  // models of custom endpoints that were asked for, the latest last
        OwnRoutes::Keys opened;
        std::shared_ptr<const Catalogue> catalogue;
        std::int64_t retry_at_ms = INT64_MAX;  // where a key could not be opened
        std::uint64_t used = 0;                // the greatest was used last
    };

    bool serves(const Entry& entry, const Wanted& wanted) const;
    Entry built(const Wanted& wanted, const Entry* before);
    std::shared_ptr<const OwnKey> opened(const ProviderKey& key, const Entry* before, const Wanted& wanted);
    void make_room();

    const Services& services_;
    const Logger logger_;
    std::mutex making_;                               // around make()
    std::shared_ptr<boost::asio::ssl::context> tls_;  // guarded by making_; null until first needed
    std::mutex mutex_;                                // around what follows
    std::unordered_map<Id128, Entry, Id128Hash> entries_;
    std::uint64_t uses_ = 0;
};

}  // namespace tollgate
