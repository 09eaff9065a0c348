#include "gateway/tools/initialize.h"

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "accounting/accounts/accounts.h"
#include "accounting/accounts/change.h"
#include "accounting/accounts/setup.h"
#include "accounting/ledger/ledger.h"
#include "gateway/wire/clock.h"
#include "store/data_directory.h"
#include "store/private_file.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

namespace json = boost::json;

constexpr NanoUsd kQuickstartCredit{5 * kNanoPerUsd};
constexpr std::uint32_t kInitSlots = 16;
constexpr auto kQuickstartFile = "quickstart.json";

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
    const std::int64_t now = wire::unix_ms_now();
    auto ledger = Ledger::open(store, slots, credits, {}, now);
    if (!ledger) return ledger.error();
    (*ledger)->start();
    Change change(accounts, Caller{}, "quickstart.create", now);
    const auto organization = create_organization(change, {.name = "Quickstart"});
    if (!organization) return organization.error();
    const auto key = create_key(change, *organization, {.name = "Quickstart key"});
    if (!key) return key.error();
    if (Status status = change.commit(); !status.ok()) return status;
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

// With the link by which the first person is made who operates the gateway.
Result<NewKey> make_root_key(Accounts& accounts, std::string& setup_token) {
    Change change(accounts, Caller{}, "root_key.create", wire::unix_ms_now());
    auto key = create_root_key(change);
    if (!key) return key;
    setup_token = make_setup_token(change);
    if (Status status = change.commit(); !status.ok()) return std::unexpected(std::move(status));
    return key;
}

Status has_root_key_already(const std::string& directory) {
    return {StatusCode::already_exists,
            directory + " is in use already and its root key cannot be shown again; use another --data-dir"};
}

// Makes store and keys in `directory`, or the keys in a store that has none.
Result<json::object> make_data(const std::string& directory, bool quickstart) {
    auto store = RocksStore::open(directory);
    if (!store) return std::unexpected(store.error());
    const auto epoch = (*store)->next_boot_epoch();
    if (!epoch) return std::unexpected(epoch.error());
    CreditTable credits;
    auto accounts = Accounts::load(**store, credits);
    if (!accounts) return std::unexpected(accounts.error());
    if ((*accounts)->has_root_key()) return std::unexpected(has_root_key_already(directory));
    std::string setup_token;
    const auto root = make_root_key(**accounts, setup_token);
    if (!root) return std::unexpected(root.error());
    json::object made;
    made["root_key"] = root->plaintext;
    made["setup_path"] = setup_path(setup_token);
    if (!quickstart) return made;
    auto slots = SlotFile::open({slot_file_path(directory), kInitSlots, 1, *epoch});
    if (!slots) return std::unexpected(slots.error());
    const Status status = make_quickstart(**store, **slots, credits, **accounts, made);
    if (!status.ok()) return std::unexpected(status);
    return made;
}

// In a directory where a gateway was started before it had a root key.
Result<json::object> make_in_place(const InitOptions& options) {
    auto made = make_data(options.data_dir, options.quickstart);
    if (!made || !options.quickstart) return made;
    const Status status =
        write_private_file(std::filesystem::path(options.data_dir) / kQuickstartFile, json::serialize(*made) + "\n");
    return status.ok() ? std::move(made) : std::unexpected(status);
}

// Everything is made aside and moved into place, the store last: a crash leaves either nothing or all of it.
Result<json::object> make_aside(const InitOptions& options) {
    namespace fs = std::filesystem;
    const fs::path data(options.data_dir), aside = data / ".init";
    std::error_code failed;
    fs::create_directories(data, failed);
    fs::permissions(data, fs::perms::owner_all, failed);
    fs::remove_all(aside, failed);
    if (is_initialized(options.data_dir)) return make_in_place(options);
    auto made = make_data(aside, options.quickstart);
    if (!made) return made;
    if (options.quickstart) {
        const Status status = write_private_file(data / kQuickstartFile, json::serialize(*made) + "\n");
        if (!status.ok()) return std::unexpected(status);
        fs::rename(slot_file_path(aside), slot_file_path(data), failed);
    }
    if (!failed) fs::rename(database_directory(aside), database_directory(data), failed);
    if (failed) return failure(StatusCode::io, options.data_dir + ": " + failed.message());
    fs::remove_all(aside, failed);
    return made;
}

}  // namespace

Result<std::string> initialize(const InitOptions& options) {
    namespace fs = std::filesystem;
    const fs::path data(options.data_dir);
    const std::string path = data / kQuickstartFile;
    const bool made_before = options.quickstart && fs::exists(path) && is_initialized(options.data_dir);
    auto made = made_before ? read_quickstart(path) : make_aside(options);
    if (!made) return std::unexpected(made.error());
    if (options.quickstart) {
        json::object& object = *made;
        const bool current = object.contains("base_url") && object["base_url"] == json::value(options.base_url) &&
                             object.contains("ops_url") && object["ops_url"] == json::value(options.ops_url);
        object["base_url"] = options.base_url;
        object["ops_url"] = options.ops_url;
        if (!current) {
            const Status status = write_private_file(path, json::serialize(object) + "\n");
            if (!status.ok()) return std::unexpected(status);
        }
    }
    return json::serialize(*made);
}

}  // namespace tollgate
