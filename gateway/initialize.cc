#include "gateway/initialize.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "accounting/accounts/accounts.h"
#include "accounting/ledger.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr NanoUsd kQuickstartCredit{5 * kNanoPerUsd};
constexpr std::uint32_t kInitSlots = 16;

std::int64_t unix_ms_now() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

// Written aside and renamed, so that a crash leaves the old file or the new one.
Status write_secret_file(const std::string& path, const std::string& text) {
    const std::string aside = path + ".new";
    const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return Status(StatusCode::io, aside + ": " + std::strerror(errno));
    const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
    ::close(file);
    if (!written || ::rename(aside.c_str(), path.c_str()) != 0) {
        return Status(StatusCode::io, path + ": " + std::strerror(errno));
    }
    return {};
}

Result<json::object> read_quickstart(const std::string& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    boost::system::error_code failed;
    auto value = json::parse(text.str(), failed);
    if (failed || !value.is_object()) return failure(StatusCode::corrupt, path + " is not a JSON object");
    return std::move(value.as_object());
}

Status make_quickstart(Store& store, SlotFile& slots, CreditTable& credits, Accounts& accounts, json::object& made) {
    const std::int64_t now = unix_ms_now();
    auto ledger = Ledger::open(store, slots, credits, {}, now);
    if (!ledger) return ledger.error();
    (*ledger)->start();
    const auto organization = accounts.create_organization({"Quickstart"}, now);
    if (!organization) return organization.error();
    Accounts::KeyFields fields;
    fields.name = "Quickstart key";
    const auto key = accounts.create_key(*organization, fields, now);
    if (!key) return key.error();
    const auto granted = (*ledger)->grant({*organization, kQuickstartCredit, "quickstart", "quickstart credit"}, now);
    if (!granted) return granted.error();
    (*ledger)->stop();
    made["organization_id"] = to_uuid(*organization);
    for (const Project* project : accounts.directory()->projects_of(*organization)) {
        made["project_id"] = to_uuid(project->id);
    }
    made["api_key"] = key->plaintext;
    return {};
}

}  // namespace

Result<std::string> initialize(const InitOptions& options) {
    const std::string path = options.data_dir + "/quickstart.json";
    json::object made;
    if (options.quickstart && std::filesystem::exists(path)) {
        auto kept = read_quickstart(path);
        if (!kept) return std::unexpected(kept.error());
        made = std::move(*kept);
    } else {
        auto store = RocksStore::open(options.data_dir);
        if (!store) return std::unexpected(store.error());
        const auto epoch = (*store)->next_boot_epoch();
        if (!epoch) return std::unexpected(epoch.error());
        CreditTable credits;
        auto accounts = Accounts::load(**store, credits);
        if (!accounts) return std::unexpected(accounts.error());
        const auto root = (*accounts)->create_root_key(unix_ms_now());
        if (!root) return std::unexpected(root.error());
        made["root_key"] = root->plaintext;
        if (options.quickstart) {
            auto slots = SlotFile::open({options.data_dir + "/slots", kInitSlots, 1, *epoch});
            if (!slots) return std::unexpected(slots.error());
            const Status status = make_quickstart(**store, **slots, credits, **accounts, made);
            if (!status.ok()) return std::unexpected(status);
        }
    }
    if (options.quickstart) {
        const bool current = made.contains("base_url") && made["base_url"] == json::value(options.base_url) &&
                             made.contains("ops_url") && made["ops_url"] == json::value(options.ops_url);
        made["base_url"] = options.base_url;
        made["ops_url"] = options.ops_url;
        if (!current) {
            const Status status = write_secret_file(path, json::serialize(made) + "\n");
            if (!status.ok()) return std::unexpected(status);
        }
    }
    return json::serialize(made);
}

}  // namespace tollgate
