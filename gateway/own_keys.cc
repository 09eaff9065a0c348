#include "gateway/own_keys.h"

#include <algorithm>

#include "gateway/own_provider.h"
#include "gateway/services.h"

namespace tollgate {
namespace {

// An entry with another list of keys still has most of them opened.
std::shared_ptr<const OwnKey> same_key(std::span<const std::shared_ptr<const OwnKey>> opened, const ProviderKey& key) {
    const auto found = std::ranges::find_if(opened, [&](const std::shared_ptr<const OwnKey>& one) {
        return one->facts().id == key.id && one->facts().version == key.version;
    });
    return found == opened.end() || !(*found)->facts().is_opened ? nullptr : *found;
}

bool has_keys_of(const Directory& directory, const Id128& organization, const SharedProviderKeys& keys) {
    const Organization* const found = directory.find_organization(organization);
    return found != nullptr && found->policy.provider_keys == keys;
}

std::shared_ptr<boost::asio::ssl::context> make_verifying_by_system() {
    namespace ssl = boost::asio::ssl;
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_default_verify_paths();
    return context;
}

bool lacks_memory(const Result<std::shared_ptr<const OwnKey>>& made) {
    return !made && made.error().reason() == kNoLockedMemory;
}

}  // namespace

class OwnKeys::Turn {
  public:
    Turn(OwnKeys& keys, const Id128& organization) : keys_(keys), organization_(organization) {
        std::unique_lock lock(keys_.mutex_);
        keys_.made_.wait(lock, [&] { return !keys_.being_made_.contains(organization_); });
        keys_.being_made_.insert(organization_);
    }
    ~Turn() {
        {
            const std::lock_guard lock(keys_.mutex_);
            keys_.being_made_.erase(organization_);
        }
        keys_.made_.notify_all();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

  private:
    OwnKeys& keys_;
    const Id128 organization_;
};

OwnKeys::OwnKeys(const Services& services) : services_(services), logger_(services.log->logger(LogComponent::server)) {}

bool OwnKeys::serves(const Entry& entry, const Wanted& wanted) {
    return entry.keys == wanted.keys && entry.operators.get() == wanted.operators.get() &&
           wanted.now_ms < entry.retry_at_ms;
}

std::shared_ptr<boost::asio::ssl::context> OwnKeys::verifying_by_system() {
    std::call_once(needs_tls_, [this] { tls_ = make_verifying_by_system(); });
    return tls_;
}

std::shared_ptr<const Catalogue> OwnKeys::find(const Wanted& wanted) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(wanted.organization);
    if (found == entries_.end() || !serves(found->second, wanted)) return nullptr;
    found->second.used = ++uses_;
    found->second.used_ms = wanted.now_ms;
    return found->second.catalogue;
}

std::shared_ptr<const OwnKey> OwnKeys::opened(const ProviderKey& key, const Entry* before, const Wanted& wanted,
                                              std::size_t secret_bytes) {
    // What providers are may have changed with the catalogue.
    if (before != nullptr && before->operators == wanted.operators) {
        if (auto same = same_key(before->opened, key)) return same;
    }
    const auto open = [&] { return open_own_key(services_, *wanted.operators, key, verifying_by_system()); };
    auto made = open();
    for (std::size_t i = 0; i < kMostGivingWay && lacks_memory(made) && let_go_of_largest(secret_bytes); ++i) {
        made = open();
    }
    if (made) return *made;
    logger_.warning(
        "an organization's provider key cannot be used",
        {{"organization", to_uuid(key.organization)}, {"key", to_uuid(key.id)}, {"why", made.error().message()}});
    if (made.error().code() == StatusCode::invalid) return nullptr;  // of a kind that is not used
    return unopened_own_key(services_, *wanted.operators, key, verifying_by_system());
}

// So nobody is left without a key by one who has many.
bool OwnKeys::let_go_of_largest(std::size_t bytes) {
    Entry gone;  // wiped when no lock is held
    const std::lock_guard lock(mutex_);
    const auto largest =
        std::ranges::max_element(entries_, {}, [](const auto& one) { return one.second.secret_bytes; });
    if (largest == entries_.end() || largest->second.secret_bytes <= bytes) return false;
    gone = std::move(largest->second);
    entries_.erase(largest);
    return true;
}

OwnKeys::Entry OwnKeys::built(const Wanted& wanted, const Entry* before) {
    Entry entry;
    entry.keys = wanted.keys;
    entry.operators = wanted.operators;
    for (const auto& key : *wanted.keys) {
        if (key->disabled) continue;
        auto one = opened(*key, before, wanted, entry.secret_bytes);
        if (one == nullptr) continue;
        if (!one->facts().is_opened) entry.retry_at_ms = wanted.now_ms + kRetryMs;
        entry.secret_bytes += one->credential().lines().size();
        entry.opened.push_back(std::move(one));
    }
    auto routes = std::make_shared<const OwnRoutes>(wanted.operators->prices(), entry.opened,
                                                    services_.config.provider_keys.fee_basis_points);
    entry.catalogue = std::make_shared<const Catalogue>(wanted.operators, std::move(routes));
    return entry;
}

std::shared_ptr<const Catalogue> OwnKeys::make(const Wanted& wanted) {
    const Turn turn(*this, wanted.organization);
    if (auto made = find(wanted)) return made;  // by another request meanwhile
    Entry before;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = entries_.find(wanted.organization); found != entries_.end()) before = found->second;
    }
    Entry entry = built(wanted, &before);
    auto catalogue = entry.catalogue;
    std::vector<Entry> gone;  // wiped when no lock is held
    const std::lock_guard lock(mutex_);
    // A request that began before a change must not bring back what forget_changed() has let go of.
    const auto directory = services_.accounts->directory();
    if (!has_keys_of(*directory, wanted.organization, wanted.keys)) return catalogue;
    entry.used = ++uses_;
    entry.used_ms = wanted.now_ms;
    Entry& kept = entries_[wanted.organization];
    std::swap(kept, entry);
    gone.push_back(std::move(entry));
    make_room(gone);
    return catalogue;
}

void OwnKeys::make_room(std::vector<Entry>& gone) {
    std::size_t keys = 0;
    for (const auto& [organization, entry] : entries_) keys += entry.opened.size();
    while (entries_.size() > 1 && (entries_.size() > kMostOrganizations || keys > kMostOpened)) {
        const auto oldest = std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.used; });
        keys -= oldest->second.opened.size();
        gone.push_back(std::move(oldest->second));
        entries_.erase(oldest);
    }
}

void OwnKeys::forget_idle(std::int64_t now_ms) {
    std::vector<Entry> gone;  // wiped when no lock is held
    const std::lock_guard lock(mutex_);
    for (auto one = entries_.begin(); one != entries_.end();) {
        if (now_ms - one->second.used_ms < kIdleMs) {
            ++one;
        } else {
            gone.push_back(std::move(one->second));
            one = entries_.erase(one);
        }
    }
}

void OwnKeys::forget_changed(const Directory& directory) {
    std::vector<Entry> gone;  // wiped when no lock is held
    const std::lock_guard lock(mutex_);
    for (auto one = entries_.begin(); one != entries_.end();) {
        if (has_keys_of(directory, one->first, one->second.keys)) {
            ++one;
        } else {
            gone.push_back(std::move(one->second));
            one = entries_.erase(one);
        }
    }
}

}  // namespace tollgate
