#include "gateway/records.h"

#include <chrono>
#include <cstdio>
#include <filesystem>

#include "accounting/ledger/ledger.h"
#include "gateway/api/api.h"
#include "store/rocks_store.h"

namespace tollgate {
namespace {

void print_record(const StoredRequest& record) {
    const RequestOpened& opened = record.opened();
    const RequestSettled& settled = record.settled();
    JsonWriter json;
    json.object()
        .key("id")
        .text("gen-" + to_ulid(opened.request))
        .key("organization")
        .text(to_uuid(opened.organization));
    json.key("project").text(to_uuid(opened.project)).key("key").text(to_hex(opened.key));
    json.key("model")
        .text(record.answered().model)
        .key("provider")
        .text(record.answered().provider)
        .key("streamed")
        .flag(opened.streamed);
    json.key("created_ms").number(opened.created_ms).key("settled_ms").number(settled.settled_ms);
    json.key("http_status").number(settled.http_status).key("error").text(settled.error);
    json.key("prompt_tokens").number(settled.usage.prompt).key("completion_tokens").number(settled.usage.completion);
    json.key("usage_source").text(to_string(settled.source)).key("cost_nano").number(settled.cost.value);
    json.key("provider_cost_nano").number(settled.provider_cost.value);
    json.key("usage_contradictory").flag(settled.usage_contradictory).key("upstream_id").text(settled.upstream_id);
    json.key("charged_nano").number(settled.charged.value).key("overrun_nano").number(settled.overrun.value);
    std::puts(json.end().take().c_str());
}

}  // namespace

Status print_records(const std::string& data_dir) {
    if (!std::filesystem::exists(data_dir)) return Status(StatusCode::not_found, data_dir + " does not exist");
    auto store = RocksStore::open(data_dir);
    if (!store) return store.error();
    const auto epoch = (*store)->next_boot_epoch();
    if (!epoch) return epoch.error();
    CreditTable credits;
    auto slots = SlotFile::open({data_dir + "/slots", 1, 1, *epoch});
    if (!slots) return slots.error();
    const auto now =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    auto ledger = Ledger::open(**store, **slots, credits, {}, now.count());  // recovers what a crash left
    if (!ledger) return ledger.error();
    Status status = (*ledger)->for_each_request([](const StoredRequest& record) {
        print_record(record);
        return true;
    });
    if (!status.ok()) return status;
    JsonWriter json;
    json.object().key("balances").array();
    credits.for_each([&json](const OrganizationCredit& credit) {
        const auto snapshot = credit.snapshot();
        json.object().key("organization").text(to_uuid(credit.id()));
        json.key("granted_nano").number(snapshot.granted.value).key("used_nano").number(snapshot.used.value).end();
    });
    std::puts(json.end().end().take().c_str());
    return {};
}

}  // namespace tollgate
