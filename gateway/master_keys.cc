#include "gateway/master_keys.h"

#include <openssl/crypto.h>
#include <sys/prctl.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "accounting/accounts/change.h"
#include "gateway/wire/clock.h"

namespace tollgate {
namespace {

constexpr std::size_t kWrappedInOneChange = 1000;

Result<std::shared_ptr<const MasterKey>> load(const std::string& path) {
    auto key = MasterKey::load(path);
    if (!key) return std::unexpected(key.error());
    return std::make_shared<const MasterKey>(std::move(*key));
}

// Null: the variable is not set.
Result<std::shared_ptr<const MasterKey>> take_from_environment() {
    char* const text = std::getenv(kMasterKeyVariable);
    if (text == nullptr) return std::shared_ptr<const MasterKey>();
    auto key = MasterKey::parse(text, kMasterKeyVariable);
    OPENSSL_cleanse(text, std::strlen(text));
    ::unsetenv(kMasterKeyVariable);
    if (!key) return std::unexpected(key.error());
    return std::make_shared<const MasterKey>(std::move(*key));
}

// Returns how many data keys were wrapped anew.
Result<std::size_t> wrap_anew(Accounts& accounts) {
    std::size_t all = 0;
    while (true) {
        Change change(accounts, {.kind = CallerKind::job, .job = "master_key"}, "master_key.rotate",
                      wire::unix_ms_now());
        const auto wrapped = accounts.vault().wrap_anew(change, kWrappedInOneChange);
        if (!wrapped) return wrapped;
        if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
        all += *wrapped;
        if (*wrapped < kWrappedInOneChange) return all;
    }
}

std::string listed(const std::set<std::string>& ids) {
    std::string text;
    for (const std::string& id : ids) text.append(text.empty() ? "" : ", ").append(id);
    return text;
}

void report(const Accounts& accounts, const MasterKeys& keys, const Logger& logger) {
    const auto [former, unknown, needed] = accounts.vault().wrapping();
    if (unknown > 0) {
        logger.error("secrets of " + std::to_string(unknown) +
                         " organizations need a master key that is not here: set secrets.former_master_key_file",
                     {{"needed", listed(needed)}, {"current", keys.current->id()}});
    } else if (former == 0 && !keys.former.empty()) {
        logger.info("no master key but the current one is needed any more", {{"current", keys.current->id()}});
    }
}

}  // namespace

Result<std::shared_ptr<const MasterKeys>> read_master_keys(const SecretsConfig& config) {
    if (config.master_key_file.empty()) {
        if (config.former_master_key_file.empty()) return std::shared_ptr<const MasterKeys>();
        return failure(StatusCode::invalid, "secrets.former_master_key_file needs secrets.master_key_file");
    }
    MasterKeys keys;
    auto current = load(config.master_key_file);
    if (!current) return std::unexpected(current.error());
    keys.current = std::move(*current);
    if (!config.former_master_key_file.empty()) {
        auto former = load(config.former_master_key_file);
        if (!former) return std::unexpected(former.error());
        keys.former.push_back(std::move(*former));
    }
    return std::make_shared<const MasterKeys>(std::move(keys));
}

Status open_vault(Accounts& accounts, const SecretsConfig& config, const Logger& logger) {
    auto keys = read_master_keys(config);
    if (!keys) return keys.error();
    auto of_environment = take_from_environment();
    if (!of_environment) return of_environment.error();
    if (*of_environment != nullptr) {
        if (*keys != nullptr) {
            return {StatusCode::invalid,
                    "secrets.master_key_file and " + std::string(kMasterKeyVariable) + " are both set: which is it?"};
        }
        *keys = std::make_shared<const MasterKeys>(MasterKeys{.current = std::move(*of_environment), .former = {}});
    }
    use_master_keys(accounts, *keys, logger);
    const auto wrapping = accounts.vault().wrapping();
    if (wrapping.unknown == 0 || config.start_without_needed_keys) return {};
    return {StatusCode::invalid,
            "secrets of " + std::to_string(wrapping.unknown) + " organizations need a master key that is not here: " +
                listed(wrapping.needed) + "; here is " + (*keys == nullptr ? "none" : (*keys)->current->id()) +
                ". Set secrets.master_key_file or secrets.former_master_key_file; where it is lost, "
                "secrets.start_without_needed_keys starts without those secrets"};
}

void use_master_keys(Accounts& accounts, const std::shared_ptr<const MasterKeys>& keys, const Logger& logger) {
    if (keys == nullptr) return;
    ::prctl(PR_SET_DUMPABLE, 0);  // no core dump, to a pipe either, and no debugger of the same user
    MasterKeys now = *keys;
    if (const auto before = accounts.vault().keys(); before != nullptr && now.find(before->current->id()) == nullptr) {
        now.former.push_back(before->current);
    }
    const auto in_force = std::make_shared<const MasterKeys>(std::move(now));
    accounts.vault().use(in_force);
    const auto wrapped = wrap_anew(accounts);
    if (!wrapped) {
        logger.error("data keys could not be wrapped anew", {{"why", wrapped.error().message()}});
    } else if (*wrapped > 0) {
        logger.info(std::to_string(*wrapped) + " data keys are wrapped anew", {{"by", in_force->current->id()}});
    }
    report(accounts, *in_force, logger);
}

}  // namespace tollgate
