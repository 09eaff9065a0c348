#include "gateway/tools/commands.h"

#include <memory>
#include <string>

#include "gateway/tools/backup.h"
#include "gateway/tools/export.h"
#include "gateway/tools/ledger_commands.h"

namespace tollgate {
namespace {

void add_source_options(CLI::App& command, SourceOptions& options) {
    command.add_option("--data-dir", options.data_dir, "Data directory, of a stopped or a running gateway")->required();
    command.add_option("--ops-url", options.ops_url,
                       "Operations listener of the running gateway (default: as it says in the data directory)");
}

void add_verify(CLI::App& ledger, std::function<Status()>& run) {
    struct Options {
        SourceOptions source;
        bool as_json = false;
    };
    const auto options = std::make_shared<Options>();
    CLI::App* const command = ledger.add_subcommand("verify", "Replay the whole journal and check all that is stored");
    add_source_options(*command, options->source);
    command->add_flag("--json", options->as_json, "Print one JSON object");
    command->callback(
        [options, &run] { run = [options] { return verify_command(options->source, options->as_json); }; });
}

void add_balance(CLI::App& ledger, std::function<Status()>& run) {
    const auto options = std::make_shared<BalanceOptions>();
    CLI::App* const command = ledger.add_subcommand("balance", "An organization's balance at a time");
    add_source_options(*command, options->source);
    command->add_option("--org", options->organization, "Organization (UUID)")->required();
    command->add_option("--at", options->at, "RFC 3339 or Unix milliseconds (default: now)");
    command->add_flag("--json", options->as_json, "Print one JSON object");
    command->callback([options, &run] { run = [options] { return balance_command(*options); }; });
}

void add_export(CLI::App& ledger, std::function<Status()>& run) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* const command = ledger.add_subcommand("export", "Requests or journal entries, one row each");
    add_source_options(*command, options->source);
    command->add_option("--format", options->format, "csv or ndjson (default: csv)");
    command->add_option("--what", options->what, "requests or entries (default: requests)");
    command->add_option("--org", options->organization, "Only this organization's (UUID)");
    command->add_option("--from", options->from, "Only from this time on: RFC 3339 or Unix milliseconds");
    command->add_option("--to", options->to, "Only before this time");
    command->add_option("--output", options->output, "File, or - for standard output (default)");
    command->callback([options, &run] { run = [options] { return export_command(*options); }; });
}

void add_backup(CLI::App& app, std::function<Status()>& run) {
    const auto options = std::make_shared<BackupOptions>();
    CLI::App* const command = app.add_subcommand("backup", "Copy the data of a stopped or a running gateway");
    add_source_options(*command, options->source);
    command->add_option("--to", options->to, "New directory for the backup")->required();
    command->add_flag("!--no-verify", options->verify, "Do not verify the copy");
    command->callback([options, &run] { run = [options] { return backup_command(*options); }; });
}

void add_restore(CLI::App& app, std::function<Status()>& run) {
    const auto options = std::make_shared<RestoreOptions>();
    CLI::App* const command = app.add_subcommand("restore", "Make a data directory from a backup");
    command->add_option("--from", options->from, "Directory of the backup")->required();
    command->add_option("--data-dir", options->data_dir, "New data directory")->required();
    command->add_flag("!--no-verify", options->verify, "Do not verify the copy");
    command->callback([options, &run] { run = [options] { return restore_command(*options); }; });
}

}  // namespace

void add_tool_commands(CLI::App& app, std::function<Status()>& run) {
    CLI::App* const ledger = app.add_subcommand("ledger", "Check and read the ledger");
    ledger->require_subcommand(1);
    add_verify(*ledger, run);
    add_balance(*ledger, run);
    add_export(*ledger, run);
    add_backup(app, run);
    add_restore(app, run);
}

}  // namespace tollgate
