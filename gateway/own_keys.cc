#include "gateway/own_keys.h"

#include <algorithm>

#include "gateway/own_provider.h"
#include "gateway/services.h"

namespace tollgate {
namespace {

constexpr std::string_view kCustom = "custom";

// Whether the name can be that of a model that the key's endpoint takes, and no list has.
bool may_mean(const ProviderKey& key, std::string_view name) {
    return key.provider == kCustom && !key.disabled && key.allowed_models.empty() &&
           name.size() > key.label.size() + 1 && name.starts_with(key.label) && name[key.label.size()] == '/';
}

bool is_asked(std::span<const std::string> asked, std::string_view name) {
    return std::ranges::find(asked, name) != asked.end();
}

// An entry with another list of keys still has most of them opened.
std::shared_ptr<const OwnKey> same_key(std::span<const std::shared_ptr<const OwnKey>> opened, const ProviderKey& key) {
    const auto found = std::ranges::find_if(opened, [&](const std::shared_ptr<const OwnKey>& one) {
        return one->facts().id == key.id && one->facts().version == key.version;
    });
    return found == opened.end() ? nullptr : *found;
}

std::shared_ptr<boost::asio::ssl::context> verifying_by_system() {
    namespace ssl = boost::asio::ssl;
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
    context->set_default_verify_paths();
    return context;
}

}  // namespace

OwnKeys::OwnKeys(const Services& services) : services_(services), logger_(services.log->logger(LogComponent::server)) {}

bool OwnKeys::serves(const Entry& entry, const Wanted& wanted) const {
    if (entry.keys != wanted.keys || entry.operators.get() != wanted.operators.get()) return false;
    if (wanted.now_ms >= entry.retry_at_ms) return false;
    return std::ranges::all_of(wanted.models, [&](std::string_view name) {
        const auto means = [name](const auto& key) { return may_mean(*key, name); };
        return std::ranges::none_of(*wanted.keys, means) || is_asked(entry.asked, name);
    });
}

std::shared_ptr<const Catalogue> OwnKeys::find(const Wanted& wanted) {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(wanted.organization);
    if (found == entries_.end() || !serves(found->second, wanted)) return nullptr;
    found->second.used = ++uses_;
    return found->second.catalogue;
}

std::shared_ptr<const OwnKey> OwnKeys::opened(const ProviderKey& key, const Entry* before, const Wanted& wanted) {
    if (before != nullptr) {
        if (auto same = same_key(before->opened, key)) return same;
    }
    if (tls_ == nullptr) tls_ = verifying_by_system();
    auto made = open_own_key(services_, wanted.operators->prices(), key, tls_);
    if (made) return *made;
    logger_.warning(
        "an organization's provider key cannot be used",
        {{"organization", to_uuid(key.organization)}, {"key", to_uuid(key.id)}, {"why", made.error().message()}});
    return nullptr;
}

OwnKeys::Entry OwnKeys::built(const Wanted& wanted, const Entry* before) {
    Entry entry;
    entry.keys = wanted.keys;
    entry.operators = wanted.operators;
    for (const auto& key : *wanted.keys) {
        if (key->disabled) continue;
        auto one = opened(*key, before, wanted);
        if (one != nullptr) {
            entry.opened.push_back(std::move(one));
        } else {
            entry.retry_at_ms = wanted.now_ms + kRetryMs;
        }
    }
    if (before != nullptr) entry.asked = before->asked;
    for (const std::string_view name : wanted.models) {
        const auto means = [name](const auto& key) { return may_mean(*key, name); };
        if (std::ranges::any_of(*wanted.keys, means) && !is_asked(entry.asked, name)) entry.asked.emplace_back(name);
    }
    if (entry.asked.size() > kMostAsked) {
        entry.asked.erase(entry.asked.begin(), entry.asked.end() - static_cast<std::ptrdiff_t>(kMostAsked));
    }
    auto routes = std::make_shared<const OwnRoutes>(wanted.operators->prices(), entry.opened,
                                                    services_.config.provider_keys.fee_basis_points, entry.asked);
    entry.catalogue = std::make_shared<const Catalogue>(wanted.operators, std::move(routes));
    return entry;
}

std::shared_ptr<const Catalogue> OwnKeys::make(const Wanted& wanted) {
    const std::lock_guard making(making_);
    if (auto made = find(wanted)) return made;  // by another request meanwhile
    Entry before;
    {
        const std::lock_guard lock(mutex_);
        if (const auto found = entries_.find(wanted.organization); found != entries_.end()) before = found->second;
    }
    Entry entry = built(wanted, &before);
    auto catalogue = entry.catalogue;
    const std::lock_guard lock(mutex_);
    entry.used = ++uses_;
    entries_[wanted.organization] = std::move(entry);
    make_room();
    return catalogue;
}

void OwnKeys::make_room() {
    std::size_t keys = 0;
    for (const auto& [organization, entry] : entries_) keys += entry.opened.size();
    while (entries_.size() > 1 && (entries_.size() > kMostOrganizations || keys > kMostOpened)) {
        const auto oldest = std::ranges::min_element(entries_, {}, [](const auto& one) { return one.second.used; });
        keys -= oldest->second.opened.size();
        entries_.erase(oldest);
    }
}

void OwnKeys::forget_changed(const Directory& directory) {
    std::vector<Entry> gone;  // wiped when no lock is held
    const std::lock_guard lock(mutex_);
    for (auto one = entries_.begin(); one != entries_.end();) {
        const Organization* const organization = directory.find_organization(one->first);
        if (organization != nullptr && organization->policy.provider_keys == one->second.keys) {
            ++one;
        } else {
            gone.push_back(std::move(one->second));
            one = entries_.erase(one);
        }
    }
}

}  // namespace tollgate
