// Organizations' own keys at providers, opened as requests need them, and the catalogue of each organization that has
// some: the operator's endpoints and its own. One table for all workers, bounded; what is in it was opened from the
// vault once, and is wiped when the key changes, ends or has not been used for long.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <unordered_set>
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
    static constexpr std::int64_t kRetryMs = 10'000;        // after which a key that could not be opened is tried anew
    static constexpr std::int64_t kIdleMs = 600'000;        // after which a catalogue that nobody used is let go of
    static constexpr std::size_t kMostGivingWay = 8;        // organizations, to another's key that finds no memory

    explicit OwnKeys(const Services& services);

    // What an organization's catalogue is made for.
    struct Wanted {
        Id128 organization;
        SharedProviderKeys keys;                     // of its policy; not null
        std::shared_ptr<const Catalogue> operators;  // in force
        std::int64_t now_ms = 0;                     // monotonic
    };
    // Null: make() has to. Takes a short lock.
    std::shared_ptr<const Catalogue> find(const Wanted& wanted);
    // Blocks: opens secrets.
    std::shared_ptr<const Catalogue> make(const Wanted& wanted);

    // Lets go of what is of another list of keys than the directory has. Requests that run keep what they began with.
    void forget_changed(const Directory& directory);
    // Lets go of what was not used for long. To be called now and then.
    void forget_idle(std::int64_t now_ms);

  private:
    struct Entry {
        SharedProviderKeys keys;
        std::shared_ptr<const Catalogue> operators;
        OwnRoutes::Keys opened;        // and those that could not be
        std::size_t secret_bytes = 0;  // of them
        std::shared_ptr<const Catalogue> catalogue;
        std::int64_t retry_at_ms = INT64_MAX;  // where a key could not be opened
        std::uint64_t used = 0;                // the greatest was used last
        std::int64_t used_ms = 0;
    };

    // That an organization's catalogue is made once, however many requests wait for it; others' go on.
    class Turn;

    static bool serves(const Entry& entry, const Wanted& wanted);
    std::shared_ptr<boost::asio::ssl::context> verifying_by_system();
    Entry built(const Wanted& wanted, const Entry* before);
    std::shared_ptr<const OwnKey> opened(const ProviderKey& key, const Entry* before, const Wanted& wanted,
                                         std::size_t secret_bytes);
    // Of the organization that has the most bytes, where that is more than `bytes`. False: there is none.
    bool let_go_of_largest(std::size_t bytes);
    void make_room(std::vector<Entry>& gone);  // guarded by mutex_

    const Services& services_;
    const Logger logger_;
    std::once_flag needs_tls_;
    std::shared_ptr<boost::asio::ssl::context> tls_;  // null until first needed
    std::mutex mutex_;                                // around what follows
    std::condition_variable made_;
    std::unordered_set<Id128, Id128Hash> being_made_;  // by one thread each
    std::unordered_map<Id128, Entry, Id128Hash> entries_;
    std::uint64_t uses_ = 0;
};

}  // namespace tollgate
