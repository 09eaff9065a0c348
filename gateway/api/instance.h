// The instance for its operator: what runs, whether it takes requests, how its ledger, its disk and its backups are.
// There are three resources and not one, since they are of three paces: this one is small and asked again every few
// seconds, providers (instance_providers.h) are as often but many, and the configuration (instance_configuration.h) is
// large and changes with a reload. Nothing here waits for a worker or for the journal's writer: a page about a disk
// that hangs must not hang with it.
#pragma once

#include <array>

#include "gateway/api/call.h"

namespace tollgate {

ApiAnswer show_instance(Call& call);

inline constexpr std::array kNotReadyFields = {fields::text("code").one_of("draining|overloaded|ledger_read_only"),
                                               fields::text("message")};
inline constexpr Schema kNotReady{"NotReady", kNotReadyFields};

inline constexpr std::array kInstanceLoadFields = {
    fields::integer("workers"),
    fields::integer("connections").note("Of clients, now"),
    fields::integer("requests_running").note("Of every kind, this one among them"),
    fields::integer("streams_running").note("Of them, those that are streamed"),
    fields::integer("holds_open"),
    fields::integer("slots").note("Requests that can hold credit at once"),
    fields::integer("slots_in_use"),
};
inline constexpr Schema kInstanceLoad{"InstanceLoad", kInstanceLoadFields};

inline constexpr std::array kInstanceLedgerFields = {
    fields::text("durability").one_of("process|disk"),
    fields::flag("read_only").note("Since a write failed: new requests get 503"),
    fields::text("problem").or_null().note("The last failure, while it is read-only"),
    fields::integer("last_block").note("Of the journal: the newest that is committed"),
    fields::time("committed_at").or_null().note("When that was; null: there is none"),
    fields::integer("balances_block").note("The block that the stored balances are true for"),
    fields::integer("reported_block").note("How far lists and reports follow the journal"),
    fields::integer("waiting").note("Settled requests that are not in the journal yet"),
    fields::integer("commit_failures").note("Since the start, retries included"),
    fields::integer("commit_microseconds").or_null().note("A commit took so long, on average since the start"),
};
inline constexpr Schema kInstanceLedger{"InstanceLedger", kInstanceLedgerFields};

inline constexpr std::array kInstanceDiskFields = {
    fields::text("path"),
    fields::integer("store_bytes").note("What the database takes"),
    fields::integer("free_bytes").or_null().note("What the gateway's user may still write there"),
    fields::integer("total_bytes").or_null(),
};
inline constexpr Schema kInstanceDisk{"InstanceDisk", kInstanceDiskFields};

inline constexpr std::array kInstanceBackupFields = {
    fields::time("made_at").note("The time as of which its data are"),
    fields::text("to").note("The directory that `tollgate backup` was given"),
    fields::integer("bytes"),
    fields::flag("verified"),
};
inline constexpr Schema kInstanceBackup{"InstanceBackup", kInstanceBackupFields};

inline constexpr std::array kInstanceFields = {
    fields::text("version"),
    fields::text("commit").or_null().note("That the program was built of; null: not known"),
    fields::text("compiler"),
    fields::time("started_at"),
    fields::text("public_url").or_null(),
    fields::text("data_url").note("Where the data listener is"),
    fields::text("operations_url").note("Where the operations listener is"),
    fields::flag("ready").note("As /health/ready says"),
    fields::list("reasons", kNotReady).note("Why it is not ready; all of them"),
    fields::object("load", kInstanceLoad),
    fields::object("ledger", kInstanceLedger),
    fields::object("data_directory", kInstanceDisk),
    fields::object("backup", kInstanceBackup).or_null().note("The last complete one that was made here; null: none"),
};
inline constexpr Schema kInstance{"Instance", kInstanceFields};

}  // namespace tollgate
