#include "gateway/tools/commands.h"

#include <memory>
#include <string>

#include "gateway/tools/admin_command.h"
#include "gateway/tools/backup.h"
#include "gateway/tools/catalogue_command.h"
#include "gateway/tools/convert_command.h"
#include "gateway/tools/export.h"
#include "gateway/tools/import_command.h"
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

void add_import_of(CLI::App& import, const char* name, const char* about, bool is_litellm,
                   std::function<Status()>& run) {
    const auto options = std::make_shared<ImportCommand>();
    options->is_litellm = is_litellm;
    CLI::App* const command = import.add_subcommand(name, about);
    command->add_option("--dump", options->dump, "The database as SQL text; - is standard input")->required();
    command->add_option("--data-dir", options->data_dir, "Data directory, of a stopped gateway");
    CLI::Option_group* const steps = command->add_option_group("Step");
    const std::pair<const char*, ImportStep> kSteps[] = {{"--inspect", ImportStep::inspect},
                                                         {"--plan", ImportStep::plan},
                                                         {"--apply", ImportStep::apply},
                                                         {"--verify", ImportStep::verify}};
    for (const auto& [flag, step] : kSteps) {
        steps->add_flag_callback(flag, [options, chosen = step] { options->step = chosen; });
    }
    steps->require_option(1);
    command->add_flag("--accept-wider", options->accept_wider, "Enable keys that could do less there than here");
    command->add_flag("--json", options->as_json, "Print one JSON object");
    if (is_litellm) {
        command->add_option("--organization", options->organization, "Name of the one for what belongs to none there");
        command->add_option("--credit", options->credit, "USD for each organization; there they have none");
    }
    command->callback([options, &run] { run = [options] { return import_command(*options); }; });
}

void add_convert(CLI::App& import, std::function<Status()>& run) {
    const auto options = std::make_shared<ConvertCommand>();
    CLI::App* const command =
        import.add_subcommand("litellm-config", "Providers and prices of a LiteLLM configuration");
    command->add_option("--config", options->config, "LiteLLM's config.yaml")->required();
    command->add_option("--to", options->directory, "Directory for providers.yaml and prices.yaml")->required();
    command->callback([options, &run] { run = [options] { return convert_command(*options); }; });
}

void add_import(CLI::App& app, std::function<Status()>& run) {
    CLI::App* const import = app.add_subcommand("import", "Bring in accounts and keys of another gateway");
    import->require_subcommand(1);
    add_import_of(*import, "litellm", "A PostgreSQL dump of LiteLLM", true, run);
    add_import_of(*import, "one-api", "A dump of one-api or new-api", false, run);
    add_convert(*import, run);
}

void add_admin(CLI::App& app, std::function<Status()>& run) {
    CLI::App* const admin = app.add_subcommand("admin", "Let people in again, on the gateway's host");
    admin->require_subcommand(1);
    for (const HostActName& known : host_act_names()) {
        const auto options = std::make_shared<AdminCommand>();
        options->act.name = known.name;
        CLI::App* const command = admin->add_subcommand(std::string(known.name), std::string(known.about));
        if (known.of_user) command->add_option("user", options->act.user, "Address or id of the person")->required();
        command->add_option("--data-dir", options->data_dir, "Data directory")->required();
        command->add_option("--base-url", options->base_url, "What links begin with, where no gateway runs");
        command->callback([options, &run] { run = [options] { return admin_command(*options); }; });
    }
}

void add_catalogue(CLI::App& app, std::function<Status()>& run) {
    CLI::App* const catalogue = app.add_subcommand("catalogue", "Compare and renew the models and their prices");
    catalogue->require_subcommand(1);
    const auto add = [&](const char* name, const char* about, Status (*command)(const CatalogueCommand&)) {
        const auto options = std::make_shared<CatalogueCommand>();
        CLI::App* const one = catalogue->add_subcommand(name, about);
        one->add_option("newer", options->newer,
                        "Directory that is a whole catalogue, or file that changes and extends the one in use")
            ->required();
        one->add_option("--catalogue", options->catalogue, "Directory or file that is in use")->required();
        one->callback([options, command, &run] { run = [options, command] { return command(*options); }; });
    };
    add("diff", "Show what a newer catalogue adds, removes and changes", catalogue_diff_command);
    add("take", "Show it, then write it with a new version", catalogue_take_command);
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
    add_import(app, run);
    add_catalogue(app, run);
    add_admin(app, run);
}

}  // namespace tollgate
